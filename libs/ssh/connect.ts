import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
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
  readonly signal?: AbortSignal | undefined;
}

/** A connection that is logged in. */
export interface SshSession extends AsyncDisposable {
  /** Runs a command; see `exec`. */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /** Ends the connection; may be called twice. */
  close(): Promise<void>;
}

const tracer = trace.getTracer('warrener');

/** A peer that is silent is asked this often, and is gone after this many questions without an answer. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;

/** Longest wait for the peer to agree to the end, milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;

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
 * Connects and logs in. The host key is compared before anything of ours is sent.
 *
 * @throws SshError `unreachable`, `host-key-mismatch` or `auth-refused`; the signal's reason where it was aborted
 */
export async function connect(options: ConnectOptions): Promise<SshSession> {
  const { host, port = 22, connectTimeoutMs = 15_000, signal } = options;
  signal?.throwIfAborted();
  const expected = keyBlob(options.hostKey);
  const where = `${host}:${port}`;
  const client = new ssh2.Client();
  const shownKey = { isAnother: false };
  const span = tracer.startSpan('ssh connect', {
    kind: SpanKind.CLIENT,
    attributes: { 'server.address': host },
  });
  try {
    await loggedIn(client, signal, () =>
      client.connect({
        host,
        port,
        username: options.username,
        privateKey: options.privateKey,
        readyTimeout: connectTimeoutMs, // from before the TCP connect until after the login
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: KEEPALIVES,
        algorithms: ALGORITHMS,
        hostVerifier: (shown: Buffer) => {
          shownKey.isAnother = !shown.equals(expected);
          return !shownKey.isAnother;
        },
      }),
    );
    return sessionOver(client);
  } catch (error) {
    client.destroy();
    span.setStatus({ code: SpanStatusCode.ERROR });
    signal?.throwIfAborted();
    throw shownKey.isAnother ? hostKeyMismatch(where, error) : meaningOf(error as Error, where);
  } finally {
    span.end();
  }
}

/** Resolves after the login; rejects with what ssh2 says, or when the signal is aborted. */
async function loggedIn(client: ssh2.Client, signal: AbortSignal | undefined, begin: () => void) {
  let abort: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(new Error('aborted'));
      client.once('ready', resolve);
      client.on('error', reject); // stays: after the login 'close' follows it, and ends what runs
      client.once('close', () => reject(new Error('it closed the connection')));
      signal?.addEventListener('abort', abort, { once: true });
      begin();
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
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
    const timer = setTimeout(() => client.destroy(), CLOSE_TIMEOUT_MS);
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

const hostKeyMismatch = (where: string, cause: unknown): SshError =>
  new SshError(
    'host-key-mismatch',
    `${where} shows another host key than the one made for it: somebody else may be answering. Nothing was sent to it.`,
    cause,
  );

function meaningOf(error: Error & { level?: string }, where: string): SshError {
  if (error.level === 'client-authentication')
    return new SshError('auth-refused', `${where} does not accept our key.`, error);
  // It speaks SSH, but not with the kind of host key that was made for it.
  if (/no matching host key/i.test(error.message)) return hostKeyMismatch(where, error);
  return new SshError('unreachable', `${where} cannot be reached by SSH (${error.message}).`, error);
}
