import fc from 'fast-check';
import { Lines } from './lines.ts';

test('however a stream is cut into chunks, the lines are the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-zä€]{0,12}$/)),
      fc.integer({ min: 1, max: 7 }),
      (texts, size) => {
        let tooLong = 0;
        const lines = new Lines(20, () => (tooLong += 1));
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const heard: string[] = [];
        for (let from = 0; from < bytes.length; from += size)
          heard.push(...lines.add(bytes.subarray(from, from + size)).map(String));
        const short = texts.filter((text) => Buffer.byteLength(text) <= 20);
        expect(heard).toEqual(short);
        expect(tooLong).toBe(texts.length - short.length);
      },
    ),
  );
});

test('a line that never ends is counted once and takes no room', () => {
  let tooLong = 0;
  const lines = new Lines(1_000, () => (tooLong += 1));
  const before = process.memoryUsage.rss();
  for (let chunk = 0; chunk < 2_000; chunk += 1) expect(lines.add(Buffer.alloc(100_000, 'x'))).toEqual([]);
  expect(tooLong).toBe(1);
  expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  expect(lines.add(Buffer.from('\nnext\n')).map(String)).toEqual(['next']);
});
