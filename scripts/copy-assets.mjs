// What the compiler leaves behind: files that the compiled code reads from beside itself, such as the schema's.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isAsset = (file) => /\.(sql|html|css|svg|txt|bash|zsh)$/.test(file);
const assetsBelow = (folder) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).filter(isAsset) : [];

for (const top of ['libs', 'apps']) {
  const from = join(root, top);
  const to = join(root, 'dist', top);
  for (const file of assetsBelow(from)) cpSync(join(from, file), join(to, file));
  // A schema file that is no more would still be applied.
  for (const file of assetsBelow(to))
    if (file.endsWith('.sql') && !existsSync(join(from, file))) rmSync(join(to, file));
}
