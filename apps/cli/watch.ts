import type { Client, Thing } from './client.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import type { Io } from './output.ts';
import { follow } from './stream.ts';

/** One fact of a job as the stream tells it. */
interface Told {
  readonly event: string;
  readonly data: {
    readonly at?: string;
    readonly status?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

/**
 * Shows a job's steps as they happen, on stderr: a redrawn list on a terminal, a line a change elsewhere. Resolves with
 * the job's last status.
 *
 * @throws CliError where it takes longer than the time-out; the job goes on
 */
export async function watchJob(
  client: Client,
  io: Io,
  job: string,
  timeoutS: number | undefined,
): Promise<string> {
  const signal = timeoutS === undefined ? undefined : AbortSignal.timeout(timeoutS * 1_000);
  const view = io.stdout.isTTY === true ? new LiveList(io) : new Lines(io);
  try {
    for await (const { event, data } of follow(
      client,
      `/v1/jobs/${encodeURIComponent(job)}/stream`,
      signal,
    )) {
      const told: Told = { event, data };
      if (told.event === 'end') return told.data.status ?? 'unknown';
      view.tell(told);
    }
  } catch (error) {
    if (signal?.aborted === true)
      throw new CliError(
        exitCodes.timedOut,
        `Not done after ${timeoutS ?? 0} s. The job goes on: warrener job watch ${job}`,
      );
    throw error;
  }
  throw new CliError(exitCodes.unavailable, 'The stream of the job ended too early.');
}

/** What is known of a step while it is watched. */
interface Step {
  readonly name: string;
  mark: string;
  began: number | null;
  seconds: string;
  note: string;
}

const marks = {
  StepStarted: '…',
  StepDeferred: '…',
  StepFailed: '!',
  StepInterrupted: '?',
  StepSucceeded: '✓',
} as const;

/** Keeps the list of steps up to date; how it is shown is its kinds' affair. */
abstract class View {
  protected readonly io: Io;
  protected steps: Step[] = [];

  constructor(io: Io) {
    this.io = io;
  }

  tell({ event, data }: Told): void {
    const fact = data.data ?? {};
    if (event === 'JobSubmitted') {
      this.steps = (fact['plan'] as readonly Thing[]).map(({ name }) => ({
        name: String(name),
        mark: ' ',
        began: null,
        seconds: '',
        note: '',
      }));
    }
    if (event in marks) this.#step(event as keyof typeof marks, fact, Date.parse(data.at ?? ''));
    if (event === 'UndoStarted') this.say(`going back: ${String(fact['reason'])}`);
    if (event === 'JobParked') this.say(`parked: ${String(fact['reason'])}`);
    this.draw();
  }

  #step(event: keyof typeof marks, fact: Readonly<Record<string, unknown>>, at: number): void {
    const name = String(fact['step']);
    const undo = fact['direction'] === 'undo';
    const step = this.steps.find((candidate) => candidate.name === name);
    if (undo || step === undefined) {
      if (event === 'StepSucceeded') this.say(`undone: ${name}`);
      return;
    }
    step.mark = marks[event];
    step.began ??= at;
    step.note = event === 'StepDeferred' || event === 'StepFailed' ? String(fact['reason']) : '';
    if (event === 'StepSucceeded') step.seconds = `${((at - step.began) / 1_000).toFixed(1)} s`;
    if (event === 'StepSucceeded' || event === 'StepFailed') this.changed(step);
  }

  protected abstract say(line: string): void;
  protected abstract changed(step: Step): void;
  protected abstract draw(): void;
}

/** For logs and pipes: a line a change. */
class Lines extends View {
  protected say(line: string): void {
    this.io.stderr.write(`${line}\n`);
  }

  protected changed(step: Step): void {
    const done = this.steps.filter(({ mark }) => mark === '✓').length;
    const percent = Math.round((100 * done) / Math.max(1, this.steps.length));
    this.io.stderr.write(
      `${step.mark} ${String(percent).padStart(3)} %  ${step.name}${step.seconds === '' ? '' : ` (${step.seconds})`}${step.note === '' ? '' : `: ${step.note}`}\n`,
    );
  }

  protected draw(): void {
    // every line stands
  }
}

/** For a terminal: the list is drawn over itself. */
class LiveList extends View {
  #drawn = 0;
  readonly #said: string[] = [];

  protected say(line: string): void {
    this.#said.push(line);
  }

  protected changed(): void {
    // drawn with the list
  }

  protected draw(): void {
    const columns = (this.io.stderr as { columns?: number }).columns ?? 100;
    const done = this.steps.filter(({ mark }) => mark === '✓').length;
    const filled = Math.round((30 * done) / Math.max(1, this.steps.length));
    const lines = [
      ...this.steps.map(({ mark, name, seconds, note }) =>
        ` ${mark} ${name.padEnd(24)} ${seconds.padStart(8)}  ${note}`.slice(0, columns - 1),
      ),
      ...this.#said,
      ` ${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${done}/${this.steps.length}`,
    ];
    this.io.stderr.write(
      `${this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A`}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`,
    );
    this.#drawn = lines.length;
  }
}
