import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { SshErrorKind } from './errors.ts';
import type { ConnectOptions } from './index.ts';
import { connect, generateKeyPair, quote, SshError } from './index.ts';
import { startSshd } from './testing/sshd.ts';
import type { Sshd } from './testing/sshd.ts';
import { startTcpProxy } from './testing/tcp-proxy.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());

const options = (changes: Partial<ConnectOptions> = {}): ConnectOptions => ({
  host: sshd.host,
  port: sshd.port,
  username: sshd.username,
  privateKey: sshd.loginKey.privateKey,
  hostKey: sshd.hostKey.publicKey,
  ...changes,
});

/** The kind and the message of the SshError that an attempt ends with. */
async function failureOf(attempt: Promise<unknown>): Promise<{ kind: SshErrorKind; message: string }> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SshError)) throw new Error('expected an SshError', { cause: error });
  return { kind: error.kind, message: error.message };
}

describe('connecting', () => {
  test('logs in by key, runs commands one after the other and at once', async () => {
    await using session = await connect(options());
    const first = await session.exec('id -un');
    expect(first).toMatchObject({ exitCode: 0, signal: null, stderr: '', truncated: false });
    expect(first.stdout.trim()).toBe(sshd.username);
    const together = await Promise.all([1, 2, 3].map((code) => session.exec(`exit ${code}`)));
    expect(together.map(({ exitCode }) => exitCode)).toEqual([1, 2, 3]);
  });

  test('a server with another host key is not told anything', async () => {
    const failure = await failureOf(connect(options({ hostKey: generateKeyPair('other').publicKey })));
    expect(failure.kind).toBe('host-key-mismatch');
    expect(failure.message).toContain('another host key');
  });

  test('a server without a key of the kind we made is another server too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'warrener-ecdsa-'));
    try {
      await using other = await startSshd(['HostKeyAlgorithms ecdsa-sha2-nistp256', ecdsaHostKey(folder)]);
      const failure = await failureOf(connect(options({ port: other.port })));
      expect(failure.kind).toBe('host-key-mismatch');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a key that the server does not know is refused, which is not the same as unreachable', async () => {
    const failure = await failureOf(connect(options({ privateKey: generateKeyPair('other').privateKey })));
    expect(failure).toEqual({
      kind: 'auth-refused',
      message: `127.0.0.1:${sshd.port} does not accept our key.`,
    });
  });

  test('a port where nobody listens is unreachable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const failure = await failureOf(connect(options({ port })));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('ECONNREFUSED');
  });

  test('a server that accepts the connection and says nothing is given up in time', async () => {
    await using silent = await startTcpProxy(null);
    const began = performance.now();
    const failure = await failureOf(connect(options({ port: silent.port, connectTimeoutMs: 300 })));
    expect(failure.kind).toBe('unreachable');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('a server that closes before the login is unreachable', async () => {
    const closing = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(closing, 'listening');
    const { port } = closing.address() as AddressInfo;
    try {
      expect((await failureOf(connect(options({ port })))).kind).toBe('unreachable');
    } finally {
      closing.close();
    }
  });

  test('an abort ends the attempt with its reason, also one from before', async () => {
    await using silent = await startTcpProxy(null);
    const reason = new Error('the job was cancelled');
    const later = new AbortController();
    const attempt = connect(options({ port: silent.port, signal: later.signal }));
    later.abort(reason);
    await expect(attempt).rejects.toBe(reason);
    await until(() => silent.connections === 0);
    await expect(connect(options({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  test('a failed attempt leaves no connection open', async () => {
    await using proxy = await startTcpProxy(sshd.port);
    const { kind } = await failureOf(
      connect(options({ port: proxy.port, hostKey: generateKeyPair('other').publicKey })),
    );
    expect(kind).toBe('host-key-mismatch');
    await until(() => proxy.connections === 0);
  });

  test('closing twice is closing once, and what comes after is told so', async () => {
    const session = await connect(options());
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect((await failureOf(session.exec('true'))).kind).toBe('lost');
  });
});

describe('a command', () => {
  test('its exit status, outputs and signal are told apart', async () => {
    await using session = await connect(options());
    expect(await session.exec('echo out; echo err >&2; exit 7')).toMatchObject({
      exitCode: 7,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await session.exec('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    expect((await session.exec('no-such-program')).exitCode).toBe(127);
  });

  test('reads its whole input, then its end', async () => {
    await using session = await connect(options());
    const stdin = `${'x'.repeat(300_000)}\nlast line without an end`;
    const result = await session.exec('wc -c; echo "then $?"', { stdin });
    expect(result.stdout.trim().split(/\s+/)).toEqual([String(stdin.length), 'then', '0']);
    expect((await session.exec('cat')).stdout).toBe('');
  });

  test('that does not read its input is no reason to wait', async () => {
    await using session = await connect(options());
    const result = await session.exec('exit 3', { stdin: 'y'.repeat(5_000_000) });
    expect(result.exitCode).toBe(3);
  });

  test('arguments arrive as they are', async () => {
    await using session = await connect(options());
    const nasty = `'; touch /tmp/owned; echo "$HOME" \`id\` \\ \n\t*`;
    expect((await session.exec(`printf %s ${quote(nasty)}`)).stdout).toBe(nasty);
  });

  test('of a huge output the beginning and the end are kept, and what was cut is said', async () => {
    await using session = await connect(options());
    const result = await session.exec('echo first; yes | head -c 20000000; echo; echo last', {
      maxOutputBytes: 1_000,
    });
    expect(result).toMatchObject({ exitCode: 0, truncated: true });
    expect(result.stdout).toMatch(/^first\n[y\n]+\n\[… 19999012 bytes cut …\]\n[y\n]+last\n$/);
    expect(result.stdout.length).toBeLessThan(1_100);
  });

  test('that takes too long is given up, also one that ignores every signal', async () => {
    await using session = await connect(options());
    const began = performance.now();
    const failure = await failureOf(session.exec('trap "" HUP INT TERM PIPE; sleep 5', { timeoutMs: 400 }));
    expect(failure.kind).toBe('timed-out');
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await session.exec('echo still here')).stdout).toBe('still here\n');
  });

  test('that was given up before it began does not keep its channel', async () => {
    await using session = await connect(options());
    // sshd runs ten commands of a connection at once; `cat` ends when its channel does.
    for (let round = 0; round < 12; round += 1) {
      const controller = new AbortController();
      const running = session.exec('cat', { signal: controller.signal });
      controller.abort(new Error('given up'));
      await expect(running).rejects.toThrow('given up');
    }
    await until(() =>
      session.exec('true').then(
        ({ exitCode }) => exitCode === 0,
        () => false, // the last of them are still ending
      ),
    );
  });

  test('that leaves a process behind which holds its output ends when it ends', async () => {
    await using session = await connect(options());
    const result = await session.exec('sleep 15 & echo started; exit 4', { timeoutMs: 10_000 });
    expect(result).toMatchObject({ exitCode: 4, stdout: 'started\n' });
    expect(result.durationMs).toBeLessThan(8_000);
  });

  test('that was aborted ends with the reason', async () => {
    await using session = await connect(options());
    const reason = new Error('stopping');
    const controller = new AbortController();
    const running = session.exec('sleep 5', { signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(session.exec('true', { signal: controller.signal })).rejects.toBe(reason);
    expect((await session.exec('true')).exitCode).toBe(0);
  });

  test('is lost when the server’s process is killed under it', async () => {
    await using session = await connect(options());
    const failure = await failureOf(session.exec('kill -KILL $PPID; sleep 5'));
    expect(failure.kind).toBe('lost');
    expect((await failureOf(session.exec('true'))).kind).toBe('lost');
  });

  test('is lost when the connection is cut under it', async () => {
    await using proxy = await startTcpProxy(sshd.port);
    await using session = await connect(options({ port: proxy.port }));
    const running = failureOf(session.exec('sleep 5'));
    expect((await session.exec('echo the other one runs')).exitCode).toBe(0);
    proxy.cut();
    expect((await running).kind).toBe('lost');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('that did not come true in 10 s');
    await setTimeout(10);
  }
}

/** An sshd_config's line for a host key of another kind than ours. */
function ecdsaHostKey(folder: string): string {
  const path = join(folder, 'key');
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', path], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr}`);
  return `HostKey ${path}`;
}
