import fc from 'fast-check';
import { Excerpt } from './excerpt.ts';

function excerptOf(maxBytes: number, chunks: readonly string[]): Excerpt {
  const excerpt = new Excerpt(maxBytes);
  for (const chunk of chunks) excerpt.add(Buffer.from(chunk));
  return excerpt;
}

test.each([
  [10, ['abc', 'def'], 'abcdef', false],
  [6, ['abc', 'def'], 'abcdef', false],
  [6, ['abc', 'defg'], 'abc\n[… 1 bytes cut …]\nefg', true],
  [4, ['abcdefghij'], 'ab\n[… 6 bytes cut …]\nij', true],
  [10, [], '', false],
  [10, ['a\0b'], 'a\ufffdb', false],
])('of %p bytes, %p shows as %p', (maxBytes, chunks, expected, truncated) => {
  const excerpt = excerptOf(maxBytes, chunks);
  expect(excerpt.truncated).toBe(truncated);
  expect(excerpt.text()).toBe(expected);
});

test('however it is cut into chunks, a character of several bytes stays whole', () => {
  const excerpt = new Excerpt(100);
  for (const byte of Buffer.from('grüße 😀')) excerpt.add(Buffer.from([byte]));
  expect(excerpt.text()).toBe('grüße 😀');
});

test('nothing is lost but the middle, and what is said to be cut is what is missing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.array(fc.stringMatching(/^[a-z]*$/), { maxLength: 12 }),
      (max, chunks) => {
        const all = chunks.join('');
        const text = excerptOf(max, chunks).text();
        if (all.length <= max) {
          expect(text).toBe(all);
          return;
        }
        const half = Math.floor(max / 2);
        const tail = all.slice(all.length - (max - half));
        expect(text).toBe(`${all.slice(0, half)}\n[… ${all.length - max} bytes cut …]\n${tail}`);
      },
    ),
  );
});
