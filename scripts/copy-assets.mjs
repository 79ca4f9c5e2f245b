// What the compiler leaves behind: the schema files, which the compiled code reads from beside itself.
import { cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
for (const top of ['libs', 'apps']) {
  for (const file of readdirSync(join(root, top), { recursive: true })) {
    if (file.endsWith('.sql')) cpSync(join(root, top, file), join(root, 'dist', top, file));
  }
}
