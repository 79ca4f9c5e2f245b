import fc from 'fast-check';
import { formatPriorityList, parsePriorityList, PriorityListError } from './priority-list.ts';

test.each([
  ['one', [[{ name: 'one', weight: 1 }]]],
  [
    ' cloud_express_acme\n cloud_bulk_acme\twarrener.cloud ',
    [
      [{ name: 'cloud_express_acme', weight: 1 }],
      [{ name: 'cloud_bulk_acme', weight: 1 }],
      [{ name: 'warrener.cloud', weight: 1 }],
    ],
  ],
  [
    'acme_express,beta_express:2 acme_bulk,beta_bulk',
    [
      [
        { name: 'acme_express', weight: 1 },
        { name: 'beta_express', weight: 2 },
      ],
      [
        { name: 'acme_bulk', weight: 1 },
        { name: 'beta_bulk', weight: 1 },
      ],
    ],
  ],
])('%j is read', (text, levels) => {
  expect(parsePriorityList(text)).toEqual(levels);
});

test.each([
  ['', 'the list of queues is empty; name at least one queue'],
  [' \n ', 'the list of queues is empty; name at least one queue'],
  ['a b a', '"a" is listed twice; a queue has one place'],
  ['a,a', '"a" is listed twice; a queue has one place'],
  ['a, b', '"a," has a comma too many; it stands between two queues, without spaces'],
  ['a,,b', '"a,,b" has a comma too many; it stands between two queues, without spaces'],
  ['a:', '"a:" has the weight ""; expected a whole number from 1 to 1000'],
  ['a:0', '"a:0" has the weight "0"; expected a whole number from 1 to 1000'],
  ['a:-1', '"a:-1" has the weight "-1"; expected a whole number from 1 to 1000'],
  ['a:1.5', '"a:1.5" has the weight "1.5"; expected a whole number from 1 to 1000'],
  ['a:1001', '"a:1001" has the weight "1001"; expected a whole number from 1 to 1000'],
  ['a:heavy', '"a:heavy" has the weight "heavy"; expected a whole number from 1 to 1000'],
  ['a:1:2', '"a:1:2" has more than one colon; write name or name:weight'],
  [':2', '":2" has a weight but no queue; write name:weight'],
  ['a/b', '"a/b" is no name for a queue; use 1 to 200 of letters, digits, ".", "_" and "-"'],
  ['ü', '"ü" is no name for a queue; use 1 to 200 of letters, digits, ".", "_" and "-"'],
  ['amq.gen', '"amq.gen" begins with "amq.", which RabbitMQ keeps for itself'],
])('%j is refused with a sentence that names the item', (text, message) => {
  expect(() => parsePriorityList(text)).toThrow(new PriorityListError(message));
});

test('too many queues are refused', () => {
  const names = Array.from({ length: 201 }, (_, i) => `q${i}`);
  expect(() => parsePriorityList(names.join(' '))).toThrow(
    'the list has 201 queues; at most 200 are possible',
  );
  expect(parsePriorityList(names.slice(1).join(','))).toHaveLength(1);
});

test('what is written is read again', () => {
  const queue = fc.record({
    name: fc.stringMatching(/^[a-z][\w.-]{0,20}$/),
    weight: fc.integer({ min: 1, max: 1_000 }),
  });
  const levels = fc
    .uniqueArray(queue, { minLength: 1, maxLength: 12, selector: ({ name }) => name })
    .chain((queues) => fc.shuffledSubarray([1, 2, 3], { minLength: 1 }).map((sizes) => ({ queues, sizes })))
    .map(({ queues, sizes }) => {
      const left = [...queues];
      const taken = sizes.map((size) => left.splice(0, size)).filter((level) => level.length > 0);
      return left.length > 0 ? [...taken, left] : taken;
    });
  fc.assert(fc.property(levels, (list) => expect(parsePriorityList(formatPriorityList(list))).toEqual(list)));
});
