import { Attempts } from './attempts.ts';

test('an address has so many attempts within any minute, whatever others do', () => {
  const attempts = new Attempts(2);
  expect([attempts.take('a', 0), attempts.take('a', 10_000), attempts.take('b', 10_000)]).toEqual([0, 0, 0]);
  expect(attempts.take('a', 20_000)).toBe(40_000);
  expect(attempts.take('a', 60_000)).toBe(0);
  expect(attempts.take('a', 60_001)).toBe(9_999);
});

test('ten thousand addresses are remembered, the latest', () => {
  const attempts = new Attempts(1);
  attempts.take('first', 0);
  for (let index = 0; index < 10_000; index += 1) attempts.take(`later-${index}`, 1);
  expect([attempts.take('first', 2), attempts.take('later-9999', 2)]).toEqual([0, 59_999]);
});
