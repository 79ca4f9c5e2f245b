import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const LOWEST_NODE = [20, 19];

/** @throws Error with one sentence where this Node is too old */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1])) return;
  throw new Error(`Warrener needs Node ${LOWEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Installs the npm packages where they are missing or not those of the lock file. */
export function ensurePackagesInstalled(root, say) {
  const stamp = join(root, 'node_modules/.warrener-installed');
  const wanted = hash(root, [join(root, 'package-lock.json')]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing the npm packages (about half a minute)');
  // The compiler is a development dependency, which NODE_ENV=production would leave out.
  npm(root, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

/** Compiles where the sources are not those of the last build. */
export function ensureBuilt(root, say) {
  const stamp = join(root, 'dist/.warrener-built');
  const sources = ['apps', 'libs'].flatMap((top) => filesBelow(join(root, top))).filter(isBuilt);
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/copy-assets.mjs'];
  const wanted = hash(root, [...sources, ...settings.map((file) => join(root, file))]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('compiling');
  npm(root, ['run', '--silent', 'build']);
  writeFileSync(stamp, wanted);
}

const isBuilt = (file) => !/\.spec\.ts$|\/testing\//.test(file);

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile())
    .sort();
}

function hash(root, files) {
  const sum = createHash('sha256');
  for (const file of files)
    sum
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return sum.digest('hex');
}

function npm(root, args) {
  // Where npm started us it says where it is; it need not be in the PATH then.
  const { npm_execpath: own } = process.env;
  const [command, ...first] = own?.endsWith('npm-cli.js') ? [process.execPath, own] : ['npm'];
  const result = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.error !== undefined)
    throw new Error(`npm could not be started (${result.error.message}); it comes with Node.`);
  if (result.status !== 0) throw new Error(`"npm ${args.join(' ')}" failed; what it says stands above.`);
}
