import { ordinaryRetries, pauseMs, restMs, retryAfterMs } from './retries.ts';

const HOUR = 3_600_000;

test('pauses grow, are spread by a fifth, and the tries of a day are few', () => {
  expect(pauseMs(ordinaryRetries, 1, 0)).toBe(4_000);
  expect(pauseMs(ordinaryRetries, 1, 0.999)).toBeLessThanOrEqual(6_000);
  let elapsed = 0;
  let tries = 0;
  for (; elapsed < 24 * HOUR; tries += 1) elapsed += pauseMs(ordinaryRetries, tries + 1, 0.5);
  expect(tries).toBeGreaterThan(8);
  expect(tries).toBeLessThan(20);
  expect(pauseMs(ordinaryRetries, 500, 0.5)).toBe(4 * HOUR);
});

test('a whole webhook rests for a minute at most', () => {
  expect(restMs(ordinaryRetries, 1, 0.5)).toBe(1_000);
  expect(restMs(ordinaryRetries, 1_000, 0.5)).toBe(60_000);
});

test.each([
  [undefined, undefined],
  ['2', 2_000],
  ['0', 0],
  ['999999999', 24 * HOUR],
  ['Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After: %s', (header, expected) => {
  expect(retryAfterMs(header, Date.parse('2026-03-01T12:00:00Z'))).toBe(expected);
});
