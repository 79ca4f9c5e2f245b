import type { Client, ClientChannel } from 'ssh2';
import { SshError } from './errors.ts';

export interface ExecOptions {
  /** Sent to the command, then its input ends. */
  readonly stdin?: string;
  /** Longest run, milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Most that is kept of each output, characters; the end is what is kept. @default 65_536 */
  readonly maxOutput?: number;
  readonly signal?: AbortSignal;
}

/** How a command ended. Its exit code is there to be read: 0 is success, anything else is not. */
export interface ExecResult {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Some output was cut. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/**
 * Runs a command and waits for its end.
 *
 * @throws SshError `lost` where the connection ended first, `timed-out`; the signal's reason where it was aborted
 */
export function exec(client: Client, command: string, options: ExecOptions = {}): Promise<ExecResult> {
  const { stdin = '', timeoutMs = 60_000, maxOutput = 65_536, signal } = options;
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let channel: ClientChannel | undefined;
    const timer = setTimeout(
      () =>
        end(new SshError('timed-out', `The command took longer than ${timeoutMs / 1000} s and was ended.`)),
      timeoutMs,
    );
    const end = (outcome: ExecResult | Error): void => {
      clearTimeout(timer);
      client.off('close', lost);
      signal?.removeEventListener('abort', abort);
      if (!(outcome instanceof Error)) {
        resolve(outcome);
        return;
      }
      channel?.signal('KILL'); // a server without signals ends the command when the channel closes
      channel?.destroy();
      reject(outcome);
    };
    const lost = (): void => end(new SshError('lost', 'The connection ended while a command ran.'));
    const abort = (): void => end(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    client.once('close', lost);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) {
      abort();
      return;
    }
    client.exec(command, (error, opened) => {
      if (error !== undefined) {
        end(new SshError('lost', `The command could not be started: ${error.message}.`, error));
        return;
      }
      channel = opened;
      const stdout = new Tail(maxOutput);
      const stderr = new Tail(maxOutput);
      let exit: { code: number | null; signal: string | null } | undefined;
      opened.on('data', (chunk: Buffer) => stdout.add(chunk));
      opened.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
      opened.on('exit', (code: number | null, name?: string) => (exit = { code, signal: name ?? null }));
      opened.on('error', () => undefined); // 'close' follows
      opened.on('close', () => {
        if (exit === undefined) {
          lost(); // a channel that closes without an exit status tells nothing
          return;
        }
        end({
          exitCode: exit.code,
          signal: exit.signal,
          stdout: stdout.text(),
          stderr: stderr.text(),
          truncated: stdout.cut || stderr.cut,
          durationMs: Math.round(performance.now() - began),
        });
      });
      opened.end(stdin);
    });
  });
}

/** The end of a stream, bounded: that is where it says how it went. */
class Tail {
  readonly #max: number;
  #text = '';
  cut = false;

  constructor(max: number) {
    this.#max = max;
  }

  add(chunk: Buffer): void {
    this.#text += chunk.toString('utf8');
    if (this.#text.length <= 2 * this.#max) return;
    this.#text = this.#text.slice(-this.#max);
    this.cut = true;
  }

  text(): string {
    if (this.#text.length <= this.#max) return this.#text;
    this.cut = true;
    return this.#text.slice(-this.#max);
  }
}
