// Installs the npm packages where they are missing or old.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, ensurePackagesInstalled } from './ensure-dependencies.mjs';

try {
  checkNode();
  ensurePackagesInstalled(join(dirname(fileURLToPath(import.meta.url)), '..'), (text) => console.error(text));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
