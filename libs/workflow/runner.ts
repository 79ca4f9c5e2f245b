import type { Append, EventLog, Loaded, OutboxMessage, StreamWrite } from '#event-log';
import { write } from '#event-log';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { JobEvent } from './core/events.ts';
import type { Job, JobCommand, KnownJob } from './core/job.ts';
import { decide, evolve, isOver, nextTurn, stepOf } from './core/job.ts';
import type { Outcome } from './core/outcome.ts';
import type { Dispatcher } from './dispatcher.ts';
import { jobStream, jobStreamId } from './job-stream.ts';
import type { Logger } from './logger.ts';
import { Notes } from './notes.ts';
import { carriedTrace, tracer } from './trace.ts';
import type { Step } from './workflow.ts';

/** What a step message says. Nothing in it is secret, and nothing in it is believed without the log. */
export interface StepMessage {
  readonly job: string;
  readonly step: string;
  readonly turn: number;
  /** Whose work it is, for the shares of tenants; not believed either. */
  readonly tenant?: string | undefined;
}

/**
 * Facts of other streams that go into the same append as a job's, for instance the broker's. Called again with fresh
 * state whenever the append meets a conflict.
 */
export type Alongside = (
  before: Job,
  events: readonly JobEvent[],
  after: KnownJob,
) => Promise<readonly StreamWrite[]>;

/** What goes into the same append as a step's beginning or end. */
interface SlotChange {
  readonly writes: readonly StreamWrite[];
  readonly messages: readonly OutboxMessage[];
  /** Streams whose absence it builds on. */
  readonly absent: readonly string[];
}

/**
 * Holds how many steps of a tenant run at once. Asked `again` whenever an append meets a conflict, and where none will be
 * made that could: then it answers from the log, and not from what it remembers.
 */
interface Slots {
  /** Whether the turn may begin. Where not, it keeps its place, and its message comes again when it may. */
  begin(
    tenant: string,
    turn: StepMessage & { queue: string },
    again: boolean,
  ): Promise<SlotChange & { begins: boolean }>;
  /** The turn is over; once more is harmless. */
  end(tenant: string, turn: Pick<StepMessage, 'job' | 'turn'>, again: boolean): Promise<SlotChange>;
}

export interface RunnerOptions<World> {
  readonly log: EventLog;
  readonly dispatcher: Pick<Dispatcher, 'send'>;
  readonly steps: ReadonlyMap<string, Step<World>>;
  readonly world: World;
  readonly alongside: Alongside;
  /** @default every step may begin */
  readonly slots?: Slots;
  readonly logger: Logger;
  /** Says which worker ran a step; kept with the events. */
  readonly worker: string;
  /** How often a running step's job is looked at for a cancellation, milliseconds. @default 1_000 */
  readonly cancelCheckMs?: number;
  /** Called after every append that won with what it told of the job, e.g. to wake the projections. */
  readonly onAppend?: (events: readonly JobEvent[], job: KnownJob) => void;
  /** Told of every run of a step, for metrics. */
  readonly onStepRan?: (ran: StepRan) => void;
}

/** One run of a step, over. */
export interface StepRan {
  readonly step: string;
  readonly outcome: Outcome['kind'];
  readonly durationMs: number;
}

type Moving = Extract<Job, { status: 'running' | 'undoing' }>;

/** Appends tried before a command gives up; each conflict means that somebody else got on, so this is ample. */
const MAX_CONFLICTS = 200;
/** Jobs remembered as they were left; a bound on memory, nothing depends on it. */
const MAX_REMEMBERED = 1_000;
/** So many contend for a tenant's slots that trying again at once would mostly meet the next conflict. */
const CONTENDED = 5;

/**
 * Runs steps. One message in: load the job, see whether its turn is still the next one, record the start, run the step,
 * record the outcome and the next message in one append, send that message. Returning means that the message may be
 * acknowledged; throwing means that the log could not be reached and it must come back.
 */
export class Runner<World> {
  readonly #options: RunnerOptions<World>;
  readonly #stopping = new AbortController();
  /** Looks whether a running step's job was cancelled, by job. */
  readonly #looks = new Map<string, () => void>();
  /**
   * Jobs as this process left them: who goes on with one need not load it. One that moved on elsewhere shows, because it
   * has another version (the append meets a conflict) or nothing to decide (it is loaded after all).
   */
  readonly #remembered = new Map<string, Loaded<Job>>();

  constructor(options: RunnerOptions<World>) {
    this.#options = options;
  }

  /** Ends the steps that run: they report `uncertain`, or are found interrupted. */
  stop(): void {
    this.#stopping.abort(new Error('the worker stops'));
  }

  /** Looks at once whether the job was cancelled, if a step of it runs here. */
  cancelled(job: string): void {
    this.#looks.get(job)?.();
  }

  /** Handles one step message. */
  async handle(message: StepMessage): Promise<void> {
    const at = await this.#options.log.now();
    const started = await this.command(message.job, { type: 'start', turn: message.turn, at });
    if (started?.done !== true) return; // an old message, or a job that is gone
    const { job, tenant } = started;
    if (job.status !== 'running' && job.status !== 'undoing') return;
    const step = this.#options.steps.get(stepOf(job).name);
    const notes = new Notes();
    const began = performance.now();
    const outcome =
      step === undefined ? unknownStep(stepOf(job).name) : await this.#traced(step, job, tenant, notes);
    const durationMs = performance.now() - began;
    this.#options.onStepRan?.({ step: stepOf(job).name, outcome: outcome.kind, durationMs });
    const policy = step?.retry ?? { maxFailures: 1, firstDelayMs: 0, maxDelayMs: 0, patienceMs: 0 };
    await this.command(message.job, {
      type: 'report',
      turn: message.turn,
      outcome: cleaned(outcome, notes),
      notes: notes.text(),
      at: await this.#options.log.now(),
      policy,
      random: Math.random(),
    });
  }

  /**
   * Applies a command to a job: decides, appends, sends what follows. `done` is false where the command came too late to
   * matter. Undefined where there is no such job.
   */
  async command(
    job: string,
    command: JobCommand,
  ): Promise<{ done: boolean; job: KnownJob; tenant: string } | undefined> {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      if (conflicts > CONTENDED) await sleep(Math.random() * Math.min(conflicts, 50));
      const remembered = this.#recall(job);
      const loaded = remembered ?? (await this.#options.log.load(jobStream, jobStreamId(job)));
      if (loaded === undefined || loaded.state.status === 'new') return undefined;
      const events = decide(loaded.state, command);
      if (events.length === 0 && remembered !== undefined) continue;
      const slots = await this.#slots(loaded.state, loaded.tenant, command, events, conflicts > 0);
      const done = events.length > 0 && slots.begins;
      const after = done ? (events.reduce<Job>(evolve, loaded.state) as KnownJob) : loaded.state;
      const messages = [
        ...(done ? followingMessages(loaded.state, after, loaded.tenant) : []),
        ...slots.messages,
      ];
      const writes = done ? await this.#writes(loaded, events, after) : [];
      const { absent } = slots;
      const append = { writes: [...writes, ...slots.writes], messages, absent, meta: this.#meta(command) };
      if (append.writes.length > 0) {
        if (!(await this.#options.log.append(append)).ok) continue;
        if (done) this.#remember(job, { ...loaded, version: loaded.version + events.length, state: after });
        this.#options.onAppend?.(done ? events : [], after);
        await this.#options.dispatcher.send(messages);
      }
      return { done, job: after, tenant: loaded.tenant };
    }
    throw new Error(`job ${job}: ${MAX_CONFLICTS} appends in a row met a conflict`);
  }

  /** At most once for each time it was remembered: what it leads to may have failed. */
  #recall(job: string): Loaded<Job> | undefined {
    const loaded = this.#remembered.get(job);
    this.#remembered.delete(job);
    return loaded;
  }

  #remember(job: string, loaded: Loaded<KnownJob>): void {
    if (isOver(loaded.state)) return;
    this.#remembered.set(job, loaded);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }

  /** What a command means for the tenant's slots: only the beginning and the end of a turn do. */
  async #slots(
    job: KnownJob,
    tenant: string,
    command: JobCommand,
    events: readonly JobEvent[],
    again: boolean,
  ): Promise<SlotChange & { begins: boolean }> {
    const { slots } = this.#options;
    const nothing = { begins: true, writes: [], messages: [], absent: [] };
    if (slots === undefined || !('turn' in command)) return nothing;
    const turn = { job: job.id, turn: command.turn };
    // An old message too: its job went on without it, maybe while it waited for a slot or had just been given one.
    if (events.length === 0) return { ...nothing, ...(await slots.end(tenant, turn, true)) };
    if (command.type === 'report') return { ...nothing, ...(await slots.end(tenant, turn, again)) };
    const step = stepOf(job as Moving);
    return slots.begin(tenant, { ...turn, step: step.name, queue: job.queues[step.stage] }, again);
  }

  async #writes(
    loaded: Loaded<Job>,
    events: readonly JobEvent[],
    after: KnownJob,
  ): Promise<readonly StreamWrite[]> {
    const others = await this.#options.alongside(loaded.state, events, after);
    return [write(jobStream, loaded, events), ...others];
  }

  #meta(command: JobCommand): NonNullable<Append['meta']> {
    return 'by' in command ? { by: command.by } : { worker: this.#options.worker };
  }

  /** What happened is told by its kind alone: reasons may hold what is not for everybody's eyes. */
  #traced(step: Step<World>, job: Moving, tenant: string, notes: Notes): Promise<Outcome> {
    const { turn, failures } = job.position;
    const attributes = {
      'warrener.job': job.id,
      'warrener.tenant': tenant,
      'warrener.turn': turn,
      'warrener.attempt': failures + 1,
    };
    return tracer.startActiveSpan(
      `step ${step.name}`,
      { kind: SpanKind.CONSUMER, attributes },
      async (span) => {
        const outcome = await this.#run(step, job, tenant, notes);
        span.setAttribute('warrener.outcome', outcome.kind);
        if (outcome.kind !== 'done' && outcome.kind !== 'wait')
          span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(); // a run never rejects
        return outcome;
      },
    );
  }

  async #run(step: Step<World>, job: Moving, tenant: string, notes: Notes): Promise<Outcome> {
    const { logger, world } = this.#options;
    const cancelled = new AbortController();
    const signal = AbortSignal.any([
      AbortSignal.timeout(step.timeoutMs),
      cancelled.signal,
      this.#stopping.signal,
    ]);
    const watch = job.status === 'running' ? this.#watchForCancel(job.id, cancelled) : undefined;
    const fields = { job: job.id, tenant, step: step.name, turn: job.position.turn };
    const began = performance.now();
    try {
      const outcome = await step.run(world, {
        job: job.id,
        tenant,
        subject: job.subject,
        input: job.input,
        outputs: job.outputs,
        attempt: job.position.failures + 1,
        uncertain: job.position.uncertain,
        signal,
        note: (line) => notes.note(line),
        secret: (value) => notes.secret(value),
      });
      logger.info(
        { ...fields, outcome: outcome.kind, ms: Math.round(performance.now() - began) },
        'step ran',
      );
      return outcome;
    } catch (error) {
      if (signal.aborted) {
        return {
          kind: 'uncertain',
          reason: `The run was ended (${reasonOf(signal)}); what it did is looked up before going on.`,
        };
      }
      const reason = notes.clean(error instanceof Error ? error.message : String(error));
      logger.error(
        { ...fields, reason, stack: error instanceof Error ? notes.clean(error.stack ?? '') : '' },
        'step threw',
      );
      return { kind: 'retry', reason };
    } finally {
      clearInterval(watch);
      this.#looks.delete(job.id);
    }
  }

  /** Looks at the job when told to, and now and then, so that a cancellation ends a long step instead of waiting for it. */
  #watchForCancel(job: string, cancelled: AbortController): NodeJS.Timeout {
    const look = (): void => {
      this.#options.log.load(jobStream, jobStreamId(job)).then(
        (loaded) => {
          if (loaded?.state.status === 'running' && loaded.state.cancelRequested)
            cancelled.abort(new Error('the job was cancelled'));
        },
        (error: unknown) => this.#options.logger.debug({ error, job }, 'could not look for a cancellation'),
      );
    };
    this.#looks.set(job, look);
    return setInterval(look, this.#options.cancelCheckMs ?? 1_000);
  }
}

/** The messages a job is owed now that it was not owed before. */
export function followingMessages(before: Job, after: Job, tenant: string): readonly OutboxMessage[] {
  const next = nextTurn(after);
  if (next === null || next.turn === nextTurnNumber(before)) return [];
  const body = { job: next.job, step: next.step, turn: next.turn, tenant, ...carriedTrace() };
  return [{ id: uuidv7(), queue: next.queue, body, dueAt: next.dueAt }];
}

const nextTurnNumber = (job: Job): number => nextTurn(job)?.turn ?? -1;

const unknownStep = (name: string): Outcome => ({
  kind: 'operator',
  reason: `This worker knows no step "${name}". Upgrade the workers, or retry the job on one that knows it.`,
});

const reasonOf = (signal: AbortSignal): string =>
  signal.reason instanceof Error ? signal.reason.message : 'stopped';

function cleaned(outcome: Outcome, notes: Notes): Outcome {
  return 'reason' in outcome ? { ...outcome, reason: notes.clean(outcome.reason) } : outcome;
}
