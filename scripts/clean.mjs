// npm run clean: stops what runs from this folder, and removes it with what was built.
import { readdirSync, rmSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cleanServices } from './services.mjs';
import { stop } from './services/process.mjs';

const home = '.warrener';
for (const name of ['start', 'warrener', 'sandbox']) await stop(home, name, { graceMs: 60_000 });
if (existsSync(home)) {
  for (const entry of readdirSync(home)) {
    if (existsSync(join(home, entry, 'services.json'))) await cleanServices(join(home, entry));
  }
}
rmSync(home, { recursive: true, force: true });
rmSync('dist', { recursive: true, force: true });
console.log('clean: nothing of Warrener runs or is kept in this folder any more');
