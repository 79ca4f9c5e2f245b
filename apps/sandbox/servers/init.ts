// The first program inside a guest: mounts its files, applies its user data, starts its services, leads connections in.
// It runs in the guest's namespaces, but sees the host's files; what belongs inside is started by chroot.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { GuestSpec } from './guest.ts';

const spec = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as GuestSpec;
const root = join(spec.home, 'root');
const hostname = spec.hostname
  .toLowerCase()
  .replace(/[^a-z0-9-]/g, '-')
  .slice(0, 60);

const run = (program: string, ...args: string[]): void =>
  void execFileSync(program, args, { stdio: 'inherit' });
const inside = (...command: string[]): void => run('chroot', root, ...command);
const mount = (type: string, target: string, options: string): void => {
  mkdirSync(target, { recursive: true });
  run('mount', '-t', type, '-o', options, type, target);
};

function mountAll(): void {
  const upper = join(spec.home, 'upper');
  const work = join(spec.home, 'work');
  for (const folder of [work, root]) mkdirSync(folder, { recursive: true });
  if (!existsSync(upper)) {
    // The image is copied: the kernel takes no lower layer that lies within another one, and `/` holds them all.
    rmSync(`${upper}.new`, { recursive: true, force: true });
    run('cp', '-a', spec.image, `${upper}.new`);
    renameSync(`${upper}.new`, upper);
  }
  run('mount', '-t', 'overlay', '-o', `lowerdir=/,upperdir=${upper},workdir=${work}`, 'overlay', root);
  run('mount', '-t', 'proc', 'proc', join(root, 'proc'));
  mount('tmpfs', join(root, 'run'), 'mode=755');
  mount('tmpfs', join(root, 'tmp'), 'mode=1777');
  mount('tmpfs', join(root, 'dev'), 'mode=755');
  for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) {
    const target = join(root, 'dev', device);
    writeFileSync(target, '');
    run('mount', '--bind', join('/dev', device), target);
  }
  mount('devpts', join(root, 'dev/pts'), 'newinstance,ptmxmode=0666');
  mount('tmpfs', join(root, 'dev/shm'), 'mode=1777');
  symlinkSync('pts/ptmx', join(root, 'dev/ptmx'));
  symlinkSync('/proc/self/fd', join(root, 'dev/fd'));
  // The host's own people and this very project are nobody's business inside; a server has homes of its own.
  for (const folder of spec.hide) {
    const target = join(root, folder);
    if (!existsSync(target)) continue;
    const own = join(spec.home, 'own', folder.replaceAll('/', '_'));
    mkdirSync(own, { recursive: true, mode: folder === '/root' ? 0o700 : 0o755 });
    run('mount', '--bind', own, target);
  }
}

const put = (path: string, content: string, mode = 0o644): void => {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { force: true }); // it may be a link out of the guest
  writeFileSync(target, content, { mode });
  chmodSync(target, mode);
};

function nameIt(): void {
  run('hostname', hostname);
  run('ip', 'link', 'set', 'lo', 'up');
  put('/etc/hostname', `${hostname}\n`);
  put('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost\n`);
  put('/etc/resolv.conf', '');
}

/** The part of a cloud-config that Warrener and its users need. @see https://cloudinit.readthedocs.io */
interface CloudConfig {
  readonly ssh_keys?: { readonly ed25519_private?: string; readonly ed25519_public?: string };
  readonly users?: readonly ('default' | CloudUser)[];
  readonly write_files?: readonly {
    readonly path: string;
    readonly content: string;
    readonly permissions?: string;
  }[];
  readonly runcmd?: readonly (string | readonly string[])[];
}

interface CloudUser {
  readonly name: string;
  readonly sudo?: string | readonly string[];
  readonly shell?: string;
  readonly ssh_authorized_keys?: readonly string[];
}

const DEFAULT_USER = 'debian';

/** Like cloud-init: once for a server, not at every boot. */
function applyUserData(): void {
  const seeded = join(spec.home, 'seeded');
  if (existsSync(seeded)) return;
  const text = spec.userData ?? '';
  const config = text.startsWith('#cloud-config') ? ((parse(text) as CloudConfig | null) ?? {}) : {};
  const { ed25519_private: hostKey, ed25519_public: hostPublicKey } = config.ssh_keys ?? {};
  if (hostKey !== undefined && hostPublicKey !== undefined && !spec.ownHostKey) {
    put('/etc/ssh/ssh_host_ed25519_key', hostKey, 0o600);
    put('/etc/ssh/ssh_host_ed25519_key.pub', hostPublicKey);
  } else {
    inside('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/etc/ssh/ssh_host_ed25519_key');
  }
  for (const user of config.users ?? ['default']) {
    const own = spec.publicKey === null ? [] : [spec.publicKey];
    if (user === 'default')
      addUser({ name: DEFAULT_USER, sudo: 'ALL=(ALL) NOPASSWD:ALL', ssh_authorized_keys: own });
    else addUser(user);
  }
  for (const file of config.write_files ?? [])
    put(file.path, file.content, parseInt(file.permissions ?? '0644', 8));
  for (const command of config.runcmd ?? []) {
    if (typeof command === 'string') inside('sh', '-c', command);
    else inside(...command);
  }
  writeFileSync(seeded, '');
}

function addUser({ name, sudo, shell = '/bin/bash', ssh_authorized_keys: keys = [] }: CloudUser): void {
  // No password, but not locked either: sshd lets nobody in whose account is locked.
  if (spawnSync('chroot', [root, 'id', name]).status !== 0)
    inside('useradd', '--create-home', '--shell', shell, '--password', '*', name);
  if (sudo !== undefined)
    put(
      `/etc/sudoers.d/90-${name}`,
      [sudo]
        .flat()
        .map((rule) => `${name} ${rule}\n`)
        .join(''),
      0o440,
    );
  put(`/home/${name}/.ssh/authorized_keys`, keys.map((key) => `${key.trim()}\n`).join(''), 0o600);
  inside('chown', '-R', `${name}:${name}`, `/home/${name}`);
}

function startServices(): void {
  for (const service of [...(spec.sshd ? ['ssh'] : []), ...spec.services]) {
    const enabled = join(root, 'etc/sandbox/enabled');
    mkdirSync(enabled, { recursive: true });
    if (!existsSync(join(spec.home, 'booted'))) writeFileSync(join(enabled, service), '');
  }
  if (!spec.sshd) rmSync(join(root, 'etc/sandbox/enabled/ssh'), { force: true });
  writeFileSync(join(spec.home, 'booted'), '');
  inside('/usr/bin/systemctl', 'start-enabled');
}

/** A connection says the port it wants in its first line; nothing there: it is closed. */
function leadIn(): void {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (outer) => {
    outer.once('error', () => outer.destroy());
    outer.once('readable', function first() {
      const chunk = outer.read() as Buffer | null;
      if (chunk === null) {
        if (outer.readableEnded) outer.destroy();
        else outer.once('readable', first);
        return;
      }
      const end = chunk.indexOf(10);
      const inner = createConnection({
        host: '127.0.0.1',
        port: Number(chunk.subarray(0, end).toString()),
        allowHalfOpen: true,
        noDelay: true,
      });
      const close = (): void => {
        outer.destroy();
        inner.destroy();
      };
      for (const side of [outer, inner]) side.on('error', close).on('close', close);
      inner.once('connect', () => {
        const rest = chunk.subarray(end + 1);
        if (rest.length > 0) inner.write(rest);
        outer.pipe(inner).pipe(outer);
      });
    });
  });
  server.listen(join(spec.home, 'net.sock'));
}

process.on('SIGTERM', () => {
  spawnSync('chroot', [root, '/usr/bin/systemctl', 'stop-all'], { stdio: 'inherit', timeout: 8_000 });
  process.exit(0);
});
mountAll();
nameIt();
applyUserData();
leadIn();
if (spec.delayMs > 0) await sleep(spec.delayMs);
startServices();
