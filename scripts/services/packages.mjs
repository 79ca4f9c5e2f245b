import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs Warrener uses beside Node: the Debian package that brings each, and where it may be outside of the PATH. */
const programs = {
  // The script of this name in /usr/sbin insists on being root or the user rabbitmq.
  'rabbitmq-server': { package: 'rabbitmq-server', prefer: ['/usr/lib/rabbitmq/bin'] },
  'redis-server': { package: 'redis-server' },
  mosquitto: { package: 'mosquitto' },
  chromium: { package: 'chromium' },
  sshd: { package: 'openssh-server' },
  sudo: { package: 'sudo' },
  unshare: { package: 'util-linux' },
  ip: { package: 'iproute2' },
  newuidmap: { package: 'uidmap' },
  postgres: { prefer: postgresFolders() },
};

const ALSO = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Debian keeps a folder for each version; the newest comes first. */
function postgresFolders() {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(base, version, 'bin'));
}

/** What the sandbox and its servers are made of. */
export const sandboxPrograms = [
  'rabbitmq-server',
  'mosquitto',
  'sshd',
  'sudo',
  'unshare',
  'ip',
  // An ordinary user gets the user ids inside of a server from this one.
  ...(process.getuid?.() === 0 ? [] : ['newuidmap']),
];

/** Where a program is; null where it is not. */
export function find(name) {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of [...(programs[name]?.prefer ?? []), ...path, ...ALSO]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return null;
}

export const missing = (names) => names.filter((name) => find(name) === null);

/**
 * Sees to it that programs are on the machine: what is missing is installed with apt-get where that is possible.
 *
 * @throws Error with one sentence that says what to install
 */
export async function ensurePrograms(names, say) {
  const absent = missing(names);
  if (absent.length === 0) return;
  const packages = [...new Set(absent.map((name) => programs[name].package))];
  const asRoot = rootPrefix();
  if (asRoot === null || find('apt-get') === null) {
    throw new Error(
      `Please install ${packages.join(', ')} (for ${absent.join(', ')}) with this system's package manager, then start again.`,
    );
  }
  say(`installing ${packages.join(', ')} with apt-get (a minute or two)`);
  await install(asRoot, packages, say);
  const still = missing(names);
  if (still.length > 0)
    throw new Error(`apt-get installed ${packages.join(', ')}, and yet ${still.join(', ')} cannot be found.`);
}

/**
 * What makes a command root's, in a session of its own, so that a Ctrl-C does not end dpkg half way: setsid as root, sudo
 * with it where it asks no password, null where neither.
 */
function rootPrefix() {
  const own = ['setsid', '--wait'];
  if (process.getuid?.() === 0) return own;
  const sudo = [...own, 'sudo', '-n'];
  return spawnSync(sudo[0], [...sudo.slice(1), 'true'], { stdio: 'ignore' }).status === 0 ? sudo : null;
}

const SCRIPT = fileURLToPath(new URL('./apt-install.sh', import.meta.url));
const SAY_EVERY_MS = 10_000;

async function install([program, ...prefix], packages, say) {
  const folder = mkdtempSync(join(tmpdir(), 'warrener-apt-'));
  const file = join(folder, 'log');
  // To a file, not a pipe: what is being installed is installed to its end, even where we are killed.
  const log = openSync(file, 'a');
  const lastLines = (count) => readFileSync(file, 'utf8').trim().split('\n').slice(-count).join('\n');
  const ticker = setInterval(
    () => say(`apt-get: ${lastLines(1) || 'waiting for another one to end'}`),
    SAY_EVERY_MS,
  );
  try {
    const child = spawn(program, [...prefix, 'sh', SCRIPT, ...packages], { stdio: ['ignore', log, log] });
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0) throw new Error(`apt-get could not install ${packages.join(', ')}:\n${lastLines(12)}`);
  } finally {
    clearInterval(ticker);
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
  }
}
