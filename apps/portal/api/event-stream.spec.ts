import { eventCutter } from './event-stream.ts';

const whole = 'id: 1\nevent: StepStarted\ndata: {"a":1}\n\n: ping\n\nid: 2\nevent: end\ndata: x\ndata: y\n\n';
const events = [
  { id: '1', type: 'StepStarted', data: '{"a":1}' },
  { id: '2', type: 'end', data: 'x\ny' },
];

test.each([1, 2, 7, 1_000])('pieces of %d characters make the same events', (size) => {
  const cut = eventCutter();
  const pieces = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  expect(pieces.flatMap((piece) => cut(piece))).toEqual(events);
});

test('what is not whole yet is kept back', () => {
  const cut = eventCutter();
  expect(cut('data: half')).toEqual([]);
  expect(cut(' and half\n\n')).toEqual([{ id: '', type: 'message', data: 'half and half' }]);
});
