// npm run clean: stops what runs from this folder, and removes it with what was built.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanServices } from './services.mjs';
import { endGuests, removeFolder, stop } from './services/process.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const home = '.warrener';
const folders = existsSync(home) ? readdirSync(home).map((entry) => join(home, entry)) : [];

await stop(home, 'start', { graceMs: 60_000 });
for (const folder of folders) await stop(folder, 'test', { graceMs: 60_000 });
for (const name of ['warrener', 'sandbox']) await stop(home, name, { graceMs: 30_000 });
for (const folder of [...folders, ...folders.flatMap(insides)]) {
  await endGuests(folder);
  if (existsSync(join(folder, 'services.json'))) await cleanServices(folder);
}
removeFolder(home);
rmSync('dist', { recursive: true, force: true });
console.log('clean: nothing of Warrener runs or is kept in this folder any more');

/** A test run that was killed has its services and sandboxes one level down. */
function insides(folder) {
  if (!/\/test-\d+$/.test(folder) || !existsSync(folder)) return [];
  return readdirSync(folder).map((entry) => join(folder, entry));
}
