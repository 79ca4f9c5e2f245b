import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Client, ClientChannel } from 'ssh2';
import { SshError } from './errors.ts';
import { Excerpt } from './excerpt.ts';

export interface ExecOptions {
  /** Sent to the command, then its input ends. @default '' */
  readonly stdin?: string;
  /** Longest run, milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Most that is kept of each output, bytes: its beginning and its end. @default 65_536 */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a command ended. Its exit code is there to be read: 0 is success, anything else is not. */
export interface ExecResult {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it, as "SIGKILL"; null where it exited. */
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Some output was cut; the text says where and how much. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

const tracer = trace.getTracer('warrener');

/** A command that has exited and then is silent this long has nothing more to say, milliseconds. */
const SILENCE_MS = 1_000;

/**
 * Runs a command and waits for its end. What a command leaves running is not waited for.
 *
 * A command that is given up loses its channel, but SSH has no sure way to end it: one that must not go on runs under
 * timeout(1) in the server.
 *
 * @throws SshError `lost` where the connection ended first, `timed-out`; the signal's reason where it was aborted
 */
export async function exec(client: Client, command: string, options: ExecOptions = {}): Promise<ExecResult> {
  const { stdin = '', timeoutMs = 60_000, maxOutputBytes = 65_536, signal } = options;
  signal?.throwIfAborted();
  const span = tracer.startSpan('ssh exec', { kind: SpanKind.CLIENT }); // what is run may hold secrets
  const began = performance.now();
  let code: number | null = null;
  const interruption = watchFor(client, timeoutMs, signal);
  const starting = start(client, command, maxOutputBytes);
  try {
    const { channel, stdout, stderr, ended } = await Promise.race([starting, interruption.happened]);
    channel.end(stdin);
    const exit = await Promise.race([ended, interruption.happened]);
    code = exit.code;
    return {
      exitCode: exit.code,
      signal: exit.signal,
      truncated: stdout.truncated || stderr.truncated,
      stdout: stdout.text(),
      stderr: stderr.text(),
      durationMs: Math.round(performance.now() - began),
    };
  } finally {
    if (code === null) span.setStatus({ code: SpanStatusCode.ERROR });
    else span.setAttribute('process.exit.code', code);
    span.end();
    interruption.stop();
    // Whatever happened, the channel is not needed any more; also one that opens only now.
    void starting.then(({ channel }) => channel.destroy()).catch(() => undefined);
  }
}

/** What can end the wait before the command ends: time, the caller, the connection. `happened` rejects, or never settles. */
function watchFor(client: Client, timeoutMs: number, signal: AbortSignal | undefined) {
  const { promise: happened, reject } = withReject();
  const late = (): void =>
    reject(new SshError('timed-out', `The command took longer than ${timeoutMs / 1000} s and was given up.`));
  const lost = (): void => reject(new SshError('lost', 'The connection ended while a command ran.'));
  const abort = (): void => reject(signal?.reason);
  const timer = setTimeout(late, timeoutMs);
  client.once('close', lost);
  signal?.addEventListener('abort', abort, { once: true });
  const stop = (): void => {
    clearTimeout(timer);
    client.off('close', lost);
    signal?.removeEventListener('abort', abort);
  };
  return { happened, stop };
}

function withReject(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, settle) => (reject = settle));
  promise.catch(() => undefined); // nobody may be waiting any more
  return { promise, reject };
}

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Running {
  readonly channel: ClientChannel;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
  readonly ended: Promise<Exit>;
}

async function start(client: Client, command: string, maxOutputBytes: number): Promise<Running> {
  try {
    return await new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        // Listened to here and not a moment later: the exit status may come in the same packet.
        if (error === undefined) resolve(attend(channel, maxOutputBytes));
        else reject(error);
      });
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SshError('lost', `The command could not be started: ${reason}.`, error);
  }
}

function attend(channel: ClientChannel, maxOutputBytes: number): Running {
  const stdout = new Excerpt(maxOutputBytes);
  const stderr = new Excerpt(maxOutputBytes);
  const ended = new Promise<Exit>((resolve, reject) => {
    let exit: Exit | undefined;
    let silence: NodeJS.Timeout | undefined;
    const waitForSilence = (): void => {
      clearTimeout(silence);
      // A process that was left behind may hold the output open for ever, and with it the channel.
      if (exit !== undefined) silence = setTimeout(resolve, SILENCE_MS, exit);
    };
    const listenTo = (stream: NodeJS.ReadableStream, output: Excerpt): void => {
      stream.on('data', (chunk: Buffer) => {
        output.add(chunk);
        waitForSilence();
      });
    };
    listenTo(channel, stdout);
    listenTo(channel.stderr, stderr);
    channel.on('exit', (code: number | null, name?: string) => {
      exit = { code, signal: name ?? null };
      waitForSilence();
    });
    channel.on('error', () => undefined); // 'close' follows
    channel.on('close', () => {
      clearTimeout(silence);
      if (exit !== undefined) resolve(exit);
      else reject(new SshError('lost', 'The command’s channel was closed without an exit status.'));
    });
  });
  ended.catch(() => undefined); // nobody may be waiting any more
  return { channel, stdout, stderr, ended };
}
