import ssh2 from 'ssh2';
import { SshError } from './errors.ts';
import { exec } from './exec.ts';
import type { ExecOptions, ExecResult } from './exec.ts';
import { keyBlob } from './keys.ts';

export interface ConnectOptions {
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  readonly username: string;
  /** OpenSSH's PEM. */
  readonly privateKey: string;
  /** The one key the server may show, as a public key's line. */
  readonly hostKey: string;
  /** Longest wait for a login, milliseconds. @default 15_000 */
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A connection that is logged in. */
export interface SshSession extends AsyncDisposable {
  /** Runs a command; see `exec`. */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /** Ends the connection; may be called twice. */
  close(): Promise<void>;
}

const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;

/** No SHA-1, no CBC, no 1990s: what we connect to is a server we just made. */
const ALGORITHMS = {
  serverHostKey: ['ssh-ed25519'],
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
  ],
  cipher: ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
} as const satisfies ssh2.Algorithms;

/**
 * Connects and logs in.
 *
 * @throws SshError; the signal's reason where it was aborted
 */
export function connect(options: ConnectOptions): Promise<SshSession> {
  const { host, port = 22, connectTimeoutMs = 15_000, signal } = options;
  const expected = keyBlob(options.hostKey);
  const client = new ssh2.Client();
  const where = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    let mismatch = false;
    const fail = (error: Error): void => {
      settled();
      client.destroy();
      reject(error);
    };
    const abort = (): void => fail(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    const closed = (): void =>
      fail(
        mismatch
          ? hostKeyMismatch(where)
          : new SshError('unreachable', `${where} closed the connection before the login.`),
      );
    const settled = (): void => {
      signal?.removeEventListener('abort', abort);
      client.off('close', closed);
    };
    client.on('error', (error) => fail(mismatch ? hostKeyMismatch(where) : meaningOf(error, where)));
    client.once('close', closed);
    client.once('ready', () => {
      settled();
      client.removeAllListeners('error');
      client.on('error', () => undefined); // 'close' follows, and ends what runs
      resolve(sessionOver(client));
    });
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) {
      abort();
      return;
    }
    client.connect({
      host,
      port,
      username: options.username,
      privateKey: options.privateKey,
      readyTimeout: connectTimeoutMs,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES,
      algorithms: ALGORITHMS as unknown as ssh2.Algorithms,
      hostVerifier: (shown: Buffer) => {
        mismatch = !shown.equals(expected);
        return !mismatch;
      },
    });
  });
}

function sessionOver(client: ssh2.Client): SshSession {
  let open = true;
  const gone = new Promise<void>((resolve) => {
    client.once('close', () => {
      open = false;
      resolve();
    });
  });
  const close = async (): Promise<void> => {
    if (!open) return;
    client.end();
    const timer = setTimeout(() => client.destroy(), 2_000);
    await gone;
    clearTimeout(timer);
  };
  return {
    exec: async (command, options) => {
      if (!open) throw new SshError('lost', 'The connection has ended.');
      return exec(client, command, options);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const hostKeyMismatch = (where: string): SshError =>
  new SshError(
    'host-key-mismatch',
    `${where} shows another host key than the one made for it: somebody else may be answering. Nothing was sent to it.`,
  );

function meaningOf(error: Error & { level?: string | undefined; code?: string }, where: string): SshError {
  if (error.level === 'client-authentication')
    return new SshError('auth-refused', `${where} does not accept our key.`, error);
  if (/no matching/i.test(error.message))
    return new SshError(
      'host-key-mismatch',
      `${where} offers none of the keys or algorithms expected: ${error.message}.`,
      error,
    );
  return new SshError('unreachable', `${where} cannot be reached by SSH (${error.message}).`, error);
}
