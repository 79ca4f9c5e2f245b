import type { RetryPolicy } from './backoff.ts';
import { backoffMs } from './backoff.ts';
import type { Direction, JobEvent, PlannedStep, Stage, UndoCause } from './events.ts';
import type { Failure, JsonObject, Outcome } from './outcome.ts';

/**
 * Where a job stands within its plan.
 *
 * The phases of a turn, and who moves them:
 * - `ready`: a message for it is out or owed; a worker that receives it moves it to `started`.
 * - `started`: a worker runs the step. Its report ends the turn; if the worker dies, the message comes back and the same
 *   turn is started again, this time `uncertain`.
 * - `waiting`: nothing runs; the next turn's message is due at `until`.
 */
export interface Position {
  /** Index of the planned step that is done or undone now. */
  readonly index: number;
  readonly direction: Direction;
  readonly turn: number;
  readonly phase: 'ready' | 'started' | 'waiting';
  readonly until: string | null;
  /** Failures of this step so far; waiting does not count. */
  readonly failures: number;
  /** When the step first started, RFC 3339; null before. Its patience counts from here. */
  readonly since: string | null;
  /** The last run may have had an effect that nobody saw: probe before acting. */
  readonly uncertain: boolean;
}

interface Submitted {
  readonly id: string;
  readonly workflow: string;
  readonly workflowVersion: number;
  readonly subject: string;
  readonly input: JsonObject;
  readonly plan: readonly PlannedStep[];
  readonly queues: Readonly<Record<Stage, string>>;
  /** What the steps done so far put out, by step. */
  readonly outputs: Readonly<Record<string, JsonObject>>;
  /** Highest plan index ever started: undo begins there. -1 before the first. */
  readonly reached: number;
}

/** A job, as its events fold. A state carries exactly what it has. */
export type Job =
  | { readonly status: 'new' }
  | (Submitted & {
      readonly status: 'running';
      readonly position: Position;
      readonly cancelRequested: boolean;
    })
  | (Submitted & {
      readonly status: 'undoing';
      readonly position: Position;
      readonly cause: UndoCause;
      readonly reason: string;
    })
  | (Submitted & {
      readonly status: 'parked';
      readonly position: Position;
      readonly reason: string;
      /** Set when it was parked on its way back. */
      readonly undo: { readonly cause: UndoCause; readonly reason: string } | null;
    })
  | (Submitted & { readonly status: 'succeeded'; readonly turn: number })
  | (Submitted & { readonly status: 'failed' | 'cancelled'; readonly turn: number; readonly reason: string });

export type KnownJob = Exclude<Job, { status: 'new' }>;

export type JobCommand =
  /** A worker received the message of `turn`. */
  | { readonly type: 'start'; readonly turn: number; readonly at: string }
  /** The step of `turn` returned. */
  | {
      readonly type: 'report';
      readonly turn: number;
      readonly outcome: Outcome;
      readonly notes: string;
      readonly at: string;
      readonly policy: RetryPolicy;
      /** In [0, 1): spreads retries. */
      readonly random: number;
    }
  | { readonly type: 'cancel'; readonly by: string }
  | { readonly type: 'retry'; readonly by: string };

/** The message a job waits for: its step, turn and work queue; `dueAt` null means at once. */
export interface NextTurn {
  readonly job: string;
  readonly step: string;
  readonly turn: number;
  readonly queue: string;
  readonly dueAt: string | null;
}

export const initialJob = (): Job => ({ status: 'new' });

/** The step that is to run now: the planned one, or the one that takes it back. */
export function stepOf(job: KnownJob & { readonly position: Position }): {
  readonly name: string;
  readonly stage: Stage;
} {
  const planned = at(job.plan, job.position.index);
  if (job.position.direction === 'do') return planned;
  if (planned.undo === null) throw new Error(`step ${planned.name} has no undo`);
  return planned.undo;
}

/** Which message the job is owed; null while a step runs and when nothing follows. */
export function nextTurn(job: Job): NextTurn | null {
  if (job.status !== 'running' && job.status !== 'undoing') return null;
  if (job.position.phase === 'started') return null;
  const step = stepOf(job);
  return {
    job: job.id,
    step: step.name,
    turn: job.position.turn,
    queue: job.queues[step.stage],
    dueAt: job.position.until,
  };
}

/** True once nothing will happen to the job by itself any more. */
export function isOver(
  job: KnownJob,
): job is Extract<KnownJob, { status: 'succeeded' | 'failed' | 'cancelled' }> {
  return job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled';
}

/** Whether cancelling can mean anything: some step of the plan can be taken back. */
export const isCancellable = (job: KnownJob): boolean => job.plan.some((step) => step.undo !== null);

/** The events that follow, or none where the command comes too late, or too early, to matter. */
export function decide(job: Job, command: JobCommand): readonly JobEvent[] {
  switch (command.type) {
    case 'start':
      return decideStart(job, command);
    case 'report':
      return decideReport(job, command);
    case 'cancel':
      return decideCancel(job, command.by);
    case 'retry':
      return job.status === 'parked' || job.status === 'failed'
        ? [{ type: 'JobRetried', by: command.by }]
        : [];
  }
}

function decideStart(job: Job, { turn, at }: Extract<JobCommand, { type: 'start' }>): readonly JobEvent[] {
  if ((job.status !== 'running' && job.status !== 'undoing') || job.position.turn !== turn) return [];
  const { direction, failures, phase, uncertain } = job.position;
  const step = stepOf(job).name;
  const interrupted = phase === 'started';
  const started = {
    type: 'StepStarted',
    step,
    direction,
    turn,
    attempt: failures + 1,
    uncertain: uncertain || interrupted,
    at,
  } as const;
  if (!interrupted) return [started];
  const reason = 'The message came back while the step was begun: its worker died or was cut off.';
  return [{ type: 'StepInterrupted', step, direction, turn, reason }, started];
}

type Report = Extract<JobCommand, { type: 'report' }>;

function decideReport(job: Job, report: Report): readonly JobEvent[] {
  if ((job.status !== 'running' && job.status !== 'undoing') || job.position.turn !== report.turn) return [];
  if (job.position.phase !== 'started') return []; // reported already, by a second worker
  const fact = {
    step: stepOf(job).name,
    direction: job.position.direction,
    turn: report.turn,
    notes: report.notes,
  } as const;
  const { outcome } = report;

  if (outcome.kind === 'done') {
    const succeeded = { type: 'StepSucceeded', ...fact, output: outcome.output ?? {} } as const;
    return [succeeded, ...afterwards(evolve(job, succeeded))];
  }
  const failed = outcome.kind === 'wait' ? waited(job.position, outcome, report) : outcome;
  if (failed === null) {
    const wait = outcome as Extract<Outcome, { kind: 'wait' }>;
    const deferred = {
      type: 'StepDeferred',
      ...fact,
      until: later(report.at, wait.afterMs),
      reason: wait.reason,
    } as const;
    return [deferred, ...afterwards(evolve(job, deferred))];
  }
  const again =
    (failed.kind === 'retry' || failed.kind === 'uncertain') &&
    job.position.failures + 1 < report.policy.maxFailures;
  const cancelled = job.status === 'running' && job.cancelRequested;
  const until = again
    ? later(report.at, backoffMs(report.policy, job.position.failures + 1, report.random))
    : null;
  const failure = {
    type: 'StepFailed',
    ...fact,
    kind: failed.kind,
    reason: failed.reason,
    request_id: failed.requestId ?? null,
    until,
  } as const;
  const then = evolve(job, failure);
  if (again || cancelled) return [failure, ...afterwards(then)];
  if (
    failed.kind === 'operator' ||
    job.status === 'undoing' ||
    !job.plan.some((step) => step.undo !== null)
  ) {
    return [failure, { type: 'JobParked', reason: failed.reason }];
  }
  return [failure, ...startUndo(then, 'failed', failed.reason)];
}

/** A wait beyond the step's patience is a failure; null while there is patience left. */
function waited(
  position: Position,
  wait: Extract<Outcome, { kind: 'wait' }>,
  report: Report,
): Failure | null {
  const since = position.since ?? report.at;
  const waitedMs = Date.parse(report.at) - Date.parse(since);
  if (waitedMs + wait.afterMs <= report.policy.patienceMs) return null;
  return {
    kind: 'reject',
    reason: `Gave up after ${Math.round(waitedMs / 1000)} s: ${wait.reason}`,
  } as const;
}

function decideCancel(job: Job, by: string): readonly JobEvent[] {
  if (job.status === 'parked' && job.undo === null) {
    return [{ type: 'JobCancelRequested', by }, ...startUndo(job, 'cancelled', `Cancelled by ${by}.`)];
  }
  if (job.status !== 'running' || job.cancelRequested) return [];
  const requested = { type: 'JobCancelRequested', by } as const;
  return [requested, ...afterwards(evolve(job, requested))];
}

/** What follows by itself from where the job stands now. */
function afterwards(job: Job): readonly JobEvent[] {
  if (job.status === 'running') {
    // A step that runs is left to end (or to be found dead): only then is it known what there is to undo.
    if (job.cancelRequested && job.position.phase !== 'started')
      return startUndo(job, 'cancelled', 'Cancelled on request.');
    return job.position.index === job.plan.length ? [{ type: 'JobSucceeded' }] : [];
  }
  if (job.status === 'undoing' && job.position.index < 0) return [ending(job.cause, job.reason)];
  return [];
}

function startUndo(job: Job, cause: UndoCause, reason: string): readonly JobEvent[] {
  const started = { type: 'UndoStarted', cause, reason } as const;
  return [started, ...afterwards(evolve(job, started))];
}

const ending = (cause: UndoCause, reason: string): JobEvent => ({
  type: cause === 'failed' ? 'JobFailed' : 'JobCancelled',
  reason,
});

/** The state after an event. Knows every event: a forgotten one does not compile. */
export function evolve(job: Job, event: JobEvent): Job {
  if (event.type === 'JobSubmitted') {
    return {
      status: 'running',
      id: event.job,
      workflow: event.workflow,
      workflowVersion: event.workflow_version,
      subject: event.subject,
      input: event.input,
      plan: event.plan,
      queues: event.queues,
      outputs: {},
      reached: -1,
      cancelRequested: false,
      position: fresh(0, 'do', 1),
    };
  }
  if (job.status === 'new') return job;
  switch (event.type) {
    case 'JobCancelRequested':
      return job.status === 'running' ? { ...job, cancelRequested: true } : job;
    case 'JobRetried':
      return retried(job);
    case 'UndoStarted': {
      const { turn, reached } = where(job);
      // What was cut off may still have its effect while it is being undone.
      const uncertain = 'position' in job && job.position.uncertain;
      const position = { ...fresh(undoFrom(job.plan, reached), 'undo', turn + 1), uncertain };
      return { ...base(job), status: 'undoing', position, cause: event.cause, reason: event.reason };
    }
    case 'JobParked':
      if (!('position' in job)) return job;
      return {
        ...base(job),
        status: 'parked',
        position: job.position,
        reason: event.reason,
        undo: job.status === 'undoing' ? { cause: job.cause, reason: job.reason } : null,
      };
    case 'JobSucceeded':
      return { ...base(job), status: 'succeeded', turn: where(job).turn };
    case 'JobFailed':
      return { ...base(job), status: 'failed', turn: where(job).turn, reason: event.reason };
    case 'JobCancelled':
      return { ...base(job), status: 'cancelled', turn: where(job).turn, reason: event.reason };
    case 'StepStarted':
    case 'StepInterrupted':
    case 'StepSucceeded':
    case 'StepDeferred':
    case 'StepFailed':
      return job.status === 'running' || job.status === 'undoing' ? stepped(job, event) : job;
  }
}

type Moving = Extract<Job, { status: 'running' | 'undoing' }>;
type StepEvent = Extract<JobEvent, { step: string }>;

function stepped(job: Moving, event: StepEvent): Moving {
  const { position } = job;
  switch (event.type) {
    case 'StepInterrupted':
      return { ...job, position: { ...position, uncertain: true } };
    case 'StepStarted':
      return {
        ...job,
        reached: position.direction === 'do' ? Math.max(job.reached, position.index) : job.reached,
        position: { ...position, phase: 'started', until: null, since: position.since ?? event.at },
      };
    case 'StepSucceeded': {
      if (position.direction === 'undo') {
        return { ...job, position: fresh(undoFrom(job.plan, position.index - 1), 'undo', position.turn + 1) };
      }
      const outputs = { ...job.outputs, [event.step]: event.output };
      return { ...job, outputs, position: fresh(position.index + 1, 'do', position.turn + 1) };
    }
    case 'StepDeferred':
      return {
        ...job,
        position: {
          ...position,
          turn: position.turn + 1,
          phase: 'waiting',
          until: event.until,
          uncertain: false,
        },
      };
    case 'StepFailed':
      return {
        ...job,
        position: {
          ...position,
          turn: position.turn + 1,
          phase: 'waiting',
          until: event.until,
          failures: position.failures + 1,
          uncertain: event.kind === 'uncertain',
        },
      };
  }
}

/** A parked job goes on where it stopped, with a new budget; a failed one, which is undone, starts over. */
function retried(job: KnownJob): Job {
  if (job.status === 'parked') {
    const { index, direction, turn } = job.position;
    const position = { ...fresh(index, direction, turn + 1), uncertain: true };
    return job.undo === null
      ? { ...base(job), status: 'running', position, cancelRequested: false }
      : { ...base(job), status: 'undoing', position, ...job.undo };
  }
  if (job.status !== 'failed') return job;
  return {
    ...base(job),
    outputs: {},
    reached: -1,
    status: 'running',
    cancelRequested: false,
    position: fresh(0, 'do', job.turn + 1),
  };
}

const fresh = (index: number, direction: Direction, turn: number): Position => ({
  index,
  direction,
  turn,
  phase: 'ready',
  until: null,
  failures: 0,
  since: null,
  uncertain: false,
});

/** The nearest step at or before `index` that can be taken back; -1 when there is none. */
function undoFrom(plan: readonly PlannedStep[], index: number): number {
  let candidate = Math.min(index, plan.length - 1);
  while (candidate >= 0 && at(plan, candidate).undo === null) candidate -= 1;
  return candidate;
}

function base(job: KnownJob): Submitted {
  const { id, workflow, workflowVersion, subject, input, plan, queues, outputs, reached } = job;
  return { id, workflow, workflowVersion, subject, input, plan, queues, outputs, reached };
}

const where = (job: KnownJob): { turn: number; reached: number } => ({
  turn: 'position' in job ? job.position.turn : job.turn,
  reached: job.reached,
});

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

function at(plan: readonly PlannedStep[], index: number): PlannedStep {
  const step = plan[index];
  if (step === undefined) throw new Error(`a plan of ${plan.length} steps has no step ${index}`);
  return step;
}
