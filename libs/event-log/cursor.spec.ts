import { isAfter, isCursor, START } from './index.ts';

test.each([
  ['0-0-1', START, true],
  ['1-2-3', '1-2-3', false],
  ['1-10-1', '1-9-99', true],
  ['1-9-99', '1-10-1', false],
  ['2-1-1', '1-9999999999999999999-5', true],
  ['1-18446744073709551-2', '1-18446744073709551-10', false],
])('%s lies behind %s: %s', (one, other, expected) => {
  expect(isAfter(one, other)).toBe(expected);
});

test.each(['', '1-2', 'yesterday', '1-2-3; drop', '-1-2-3', `1-2-${'9'.repeat(30)}`])(
  '"%s" is no cursor',
  (text) => {
    expect(isCursor(text)).toBe(false);
  },
);
