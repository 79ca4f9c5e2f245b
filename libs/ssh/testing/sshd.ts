import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KeyPair } from '../keys.ts';
import { generateKeyPair } from '../keys.ts';

const HOST = '127.0.0.1';

/** A real OpenSSH server on a loopback port of its own, which lets the current user in by `loginKey`. */
export interface Sshd extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly hostKey: KeyPair;
  readonly loginKey: KeyPair;
}

/** @param config more lines of sshd_config; they come first, and the first one counts */
export async function startSshd(config: readonly string[] = []): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'warrener-sshd-'));
  const hostKey = generateKeyPair('host');
  const loginKey = generateKeyPair('login');
  const port = await freePort();
  const file = (name: string, content: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), content, { mode });
    return join(folder, name);
  };
  const lines = [
    ...config,
    `ListenAddress ${HOST}:${port}`,
    `HostKey ${file('host_key', hostKey.privateKey)}`,
    `AuthorizedKeysFile ${file('authorized_keys', `${loginKey.publicKey}\n`)}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    'StrictModes no', // the folder lies below a /tmp that all may write
    'PidFile none',
  ];
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // where it locks itself in
  const child = spawn(program(), ['-D', '-e', '-f', file('sshd_config', `${lines.join('\n')}\n`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    if (line.includes('Server listening')) break;
  }
  if (!said.at(-1)?.includes('Server listening')) throw new Error(`sshd did not start:\n${said.join('\n')}`);
  child.stderr.resume();
  return {
    host: HOST,
    port,
    username: userInfo().username,
    hostKey,
    loginKey,
    async [Symbol.asyncDispose]() {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

/** sshd wants to be started by its full path. */
function program(): string {
  const places = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'];
  const found = places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false; // not there
    }
  });
  if (found === undefined)
    throw new Error('These tests need an OpenSSH server: apt-get install openssh-server');
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
