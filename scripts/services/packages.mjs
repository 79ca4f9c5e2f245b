import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs Warrener uses beside Node, where they may be, and the Debian package that brings each. */
const programs = {
  'rabbitmq-server': {
    package: 'rabbitmq-server',
    also: ['/usr/lib/rabbitmq/bin'],
    prefer: ['/usr/lib/rabbitmq/bin'],
  },
  epmd: { package: 'erlang-base', also: ['/usr/bin'] },
  'redis-server': { package: 'redis-server', also: ['/usr/local/bin'] },
  mosquitto: { package: 'mosquitto', also: ['/usr/sbin', '/usr/local/sbin'] },
  sshd: { package: 'openssh-server', also: ['/usr/sbin'] },
  sudo: { package: 'sudo', also: ['/usr/bin'] },
  unshare: { package: 'util-linux', also: ['/usr/bin'] },
  ip: { package: 'iproute2', also: ['/usr/sbin', '/sbin'] },
};

/** Where a program is; null where it is not. */
export function find(name) {
  const { also = [], prefer = [] } = programs[name] ?? {};
  const folders = [...prefer, ...(process.env.PATH ?? '').split(delimiter), ...also];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return null;
}

/**
 * Sees to it that programs are on the machine: what is missing is installed with apt-get where that is possible.
 *
 * @throws Error with one sentence that says what to install
 */
export function ensurePrograms(names, say) {
  const missing = names.filter((name) => find(name) === null);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => programs[name]?.package ?? name))];
  const sudo = rootPrefix();
  if (sudo === null || find('apt-get') === null) {
    throw new Error(
      `Please install ${packages.join(', ')} (for ${missing.join(', ')}) with this system's package manager, then start again.`,
    );
  }
  say(`installing ${packages.join(', ')} with apt-get`);
  withoutStartingDaemons(sudo, () => {
    run(sudo, ['apt-get', '-qq', 'update']);
    run(sudo, [
      'apt-get',
      '-y',
      '-qq',
      '-o',
      'Dpkg::Use-Pty=0',
      '-o',
      'DPkg::Lock::Timeout=300',
      '--no-install-recommends',
      'install',
      ...packages,
    ]);
  });
  const still = names.filter((name) => find(name) === null);
  if (still.length > 0)
    throw new Error(`apt-get installed ${packages.join(', ')}, and yet ${still.join(', ')} cannot be found.`);
}

/** What makes a command root's: nothing as root, sudo where it asks no password, null where neither. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : null;
}

const GUARD = '/usr/sbin/policy-rc.d';

/** Debian's packages start their daemons on standard ports; we want the program only. */
function withoutStartingDaemons(sudo, work) {
  const ours = !existsSync(GUARD);
  if (ours) {
    if (sudo.length === 0) writeFileSync(GUARD, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    else run(sudo, ['sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${GUARD} && chmod 755 ${GUARD}`]);
  }
  try {
    work();
  } finally {
    if (ours && sudo.length === 0) rmSync(GUARD, { force: true });
    else if (ours) run(sudo, ['rm', '-f', GUARD]);
  }
}

function run(sudo, command) {
  const [program, ...args] = [...sudo, ...command];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const result = spawnSync(program, args, { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return;
  const why = (result.error?.message ?? `${result.stdout}\n${result.stderr}`)
    .trim()
    .split('\n')
    .slice(-12)
    .join('\n');
  throw new Error(`"${command.join(' ')}" failed:\n${why}`);
}
