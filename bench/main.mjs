// npm run bench [-- --only NAME] [--quick] [--json FILE]: Warrener beside its peers, on services of this run's own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, ensureBuilt, ensurePackagesInstalled } from '../scripts/ensure-dependencies.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const say = (text) => console.error(text);

/** The peers are nobody's dependency but the bench's: they have a package.json of their own. */
function ensurePeersInstalled() {
  const wanted = readFileSync('bench/peers/package.json', 'utf8');
  const stamp = 'bench/peers/node_modules/.installed';
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing the peers (about ten seconds)');
  const args = [
    'install',
    '--prefix',
    'bench/peers',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ];
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The peers could not be installed; what npm says stands above.');
  writeFileSync(stamp, wanted);
}

try {
  checkNode();
  ensurePackagesInstalled(process.cwd(), say);
  ensureBuilt(process.cwd(), say);
  ensurePeersInstalled();
  const { main } = await import('./run.mjs');
  process.exitCode = await main(process.argv.slice(2), say);
} catch (error) {
  say(error.stack);
  process.exitCode = 2;
}
