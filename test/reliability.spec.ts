import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');
const shown = [...page.matchAll(/\| `([^`]+\.ts)`: (.+?) +\|$/gm)].map(([, file = '', name = '']) => ({
  file,
  name,
}));

test('every promise names a test that is there', () => {
  expect(shown.length).toBeGreaterThan(20);
  const missing = shown.filter(
    ({ file, name }) => !readFileSync(join(root, file), 'utf8').includes(`'${name}'`),
  );
  expect(missing).toEqual([]);
});
