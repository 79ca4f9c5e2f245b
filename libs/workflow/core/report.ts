import type { JobEvent, Stage } from './events.ts';
import type { Job, KnownJob } from './job.ts';
import { evolve, initialJob, stepOf } from './job.ts';
import type { JsonObject } from './outcome.ts';

/** A fact and the moment the log recorded it, RFC 3339. */
export interface RecordedEvent {
  readonly event: JobEvent;
  readonly at: string;
}

type StepStatus =
  'pending' | 'running' | 'waiting' | 'uncertain' | 'succeeded' | 'failed' | 'undoing' | 'undone' | 'skipped';

/** What one planned step did, and what it cost. Waiting between looks counts into `durationMs`. */
export interface StepReport {
  readonly name: string;
  readonly stage: Stage;
  readonly status: StepStatus;
  /** Runs that failed, plus the one that is under way or worked. */
  readonly attempts: number;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  /** The last thing that went wrong, or what it waits for; null where nothing did. */
  readonly error: string | null;
  readonly waitingFor: string | null;
  readonly output: JsonObject;
  /** What commands printed, bounded, without secrets. */
  readonly notes: string;
}

/** A job told from its facts alone. */
export interface JobReport {
  readonly id: string;
  readonly workflow: string;
  readonly workflowVersion: number;
  readonly subject: string;
  readonly status: KnownJob['status'];
  /** 0 to 100: the share of planned steps done; 0 once it is undone. */
  readonly progress: number;
  readonly currentStep: string | null;
  readonly steps: readonly StepReport[];
  readonly error: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

type Draft = { -readonly [K in keyof StepReport]: StepReport[K] };

/** Tells a job from its facts, in order, from its submission on. Undefined where there are none. */
export function reportJob(history: readonly RecordedEvent[]): JobReport | undefined {
  const first = history[0];
  if (first?.event.type !== 'JobSubmitted') return undefined;
  const drafts = first.event.plan.map((step): Draft => ({ ...pending, name: step.name, stage: step.stage }));
  let job: Job = initialJob();
  let finishedAt: string | null = null;
  let lastError: string | null = null;
  for (const { event, at } of history) {
    const before = job;
    job = evolve(job, event);
    if ('step' in event && 'position' in before) {
      const draft = drafts[before.position.index];
      if (draft !== undefined) tell(draft, event, at);
      if (event.type === 'StepFailed') lastError = event.reason;
    }
    if (event.type === 'JobRetried') {
      finishedAt = null;
      lastError = null;
      if (before.status === 'failed') drafts.forEach((draft) => Object.assign(draft, pending));
    }
    if (event.type === 'JobSucceeded' || event.type === 'JobFailed' || event.type === 'JobCancelled')
      finishedAt = at;
  }
  if (job.status === 'new') return undefined;
  const reached = job.reached;
  const ended = job.status === 'failed' || job.status === 'cancelled';
  drafts.forEach((draft, index) => {
    if (ended && index > reached) draft.status = 'skipped';
  });
  return {
    id: job.id,
    workflow: job.workflow,
    workflowVersion: job.workflowVersion,
    subject: job.subject,
    status: job.status,
    progress: progressOf(job),
    currentStep:
      'position' in job && job.position.index < job.plan.length && job.position.index >= 0
        ? stepOf(job).name
        : null,
    steps: drafts,
    error: job.status === 'succeeded' ? null : 'reason' in job ? job.reason : lastError,
    createdAt: first.at,
    finishedAt,
  };
}

/** 0 to 100: how much of the plan is done, from the state alone. */
export function progressOf(job: KnownJob): number {
  if (job.status === 'succeeded') return 100;
  const done = 'position' in job && job.position.direction === 'do' ? job.position.index : 0;
  return Math.round((100 * done) / Math.max(1, job.plan.length));
}

const pending = {
  status: 'pending',
  attempts: 0,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  error: null,
  waitingFor: null,
  output: {},
  notes: '',
} as const;

function tell(draft: Draft, event: Extract<JobEvent, { step: string }>, at: string): void {
  const undo = event.direction === 'undo';
  switch (event.type) {
    case 'StepStarted':
      draft.status = undo ? 'undoing' : event.uncertain ? 'uncertain' : 'running';
      draft.startedAt ??= at;
      if (!undo) draft.attempts = event.attempt;
      return;
    case 'StepInterrupted':
      draft.status = 'uncertain';
      draft.error = event.reason;
      return;
    case 'StepDeferred':
      draft.status = undo ? 'undoing' : 'waiting';
      draft.waitingFor = event.reason;
      draft.notes = event.notes;
      return;
    case 'StepSucceeded':
      draft.status = undo ? 'undone' : 'succeeded';
      draft.waitingFor = null;
      draft.notes = event.notes;
      if (undo) return;
      draft.error = null;
      draft.output = event.output;
      draft.finishedAt = at;
      draft.durationMs = draft.startedAt === null ? null : Date.parse(at) - Date.parse(draft.startedAt);
      return;
    case 'StepFailed':
      draft.status = event.kind === 'uncertain' ? 'uncertain' : event.until === null ? 'failed' : 'waiting';
      draft.error = event.reason;
      draft.notes = event.notes;
      return;
  }
}
