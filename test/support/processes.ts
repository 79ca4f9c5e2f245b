import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');

/** One of our programs, running. */
export interface Running extends AsyncDisposable {
  /** The line of JSON that said it is ready. */
  readonly ready: Readonly<Record<string, string>>;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves with its exit code or signal when it has ended. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a compiled program and waits until it says that it is ready, by a line of JSON with the key, or by a text. */
export async function startProgram(
  program: string,
  env: Record<string, string>,
  readyWhen: { key: string } | { text: string },
): Promise<Running> {
  const child = spawn(process.execPath, [join(root, program)], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = watch(child);
  const ready = await until(
    `${program} to be ready`,
    () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${running.output().slice(-2_000)}`);
      if ('text' in readyWhen) return running.output().includes(readyWhen.text) ? {} : undefined;
      const line = running
        .output()
        .split('\n')
        .find((candidate) => candidate.startsWith(`{"${readyWhen.key}":`));
      return line === undefined ? undefined : (JSON.parse(line) as Record<string, string>);
    },
    60_000,
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { ...running, ready };
}

/** A running child, its output gathered. */
function watch(child: ChildProcess): Omit<Running, 'ready'> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  return {
    output: () => output,
    ended,
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
