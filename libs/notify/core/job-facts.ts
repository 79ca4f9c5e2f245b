import type { PublicData, Told } from './catalogue.ts';
import type { JsonObject, LogEvent, StreamContext } from './stream-context.ts';
import { isList, isObject, numberOf, textOf, textOrNull } from './stream-context.ts';

type Tell = (event: LogEvent, before: StreamContext) => Told;

/** How each fact of a job is told outside. */
export const jobFacts = {
  JobSubmitted: (event) => ({
    type: 'job.submitted',
    data: { ...ofJob(event, event.data), steps: stepsOf(event.data) },
  }),
  StepStarted: (event, before) => {
    const data = ofStep(event, before, numberOf(event.data['attempt'], 1));
    // A step that waits is looked at again and again: the log has a start each time.
    if (before.last === 'StepDeferred')
      return { type: 'step.progressed', data: { ...data, waiting_for: null, until: null } };
    const again = before.last === 'StepFailed' || before.last === 'StepInterrupted';
    return { type: again ? 'step.retried' : 'step.started', data };
  },
  StepInterrupted: (event, before) => ({
    type: 'step.failed',
    data: {
      ...ofStep(event, before),
      failure: 'interrupted',
      reason: textOf(event.data['reason']),
      retry_at: null,
      request_id: null,
    },
  }),
  StepSucceeded: (event, before) =>
    event.data['direction'] === 'undo'
      ? { type: 'step.undone', data: ofStep(event, before) }
      : { type: 'step.succeeded', data: { ...ofStep(event, before), progress: progress(event, before, 1) } },
  StepDeferred: (event, before) => ({
    type: 'step.progressed',
    data: {
      ...ofStep(event, before),
      waiting_for: textOrNull(event.data['reason']),
      until: textOrNull(event.data['until']),
    },
  }),
  StepFailed: (event, before) => ({
    type: 'step.failed',
    data: {
      ...ofStep(event, before),
      failure: failureOf(event.data['kind']),
      reason: textOf(event.data['reason']),
      retry_at: textOrNull(event.data['until']),
      request_id: textOrNull(event.data['request_id']),
    },
  }),
  JobCancelRequested: (event, before) => ({
    type: 'job.cancel_requested',
    data: { ...ofJob(event, before.first), by: textOf(event.data['by']) },
  }),
  UndoStarted: (event, before) => ({
    type: 'job.undoing',
    data: {
      ...ofJob(event, before.first),
      cause: event.data['cause'] === 'cancelled' ? 'cancelled' : 'failed',
      reason: textOf(event.data['reason']),
    },
  }),
  JobParked: (event, before) => ({ type: 'job.parked', data: withReason(event, before) }),
  JobRetried: (event, before) => ({
    type: 'job.retried',
    data: { ...ofJob(event, before.first), by: textOf(event.data['by']) },
  }),
  JobSucceeded: (event, before) => ({ type: 'job.succeeded', data: ofJob(event, before.first) }),
  JobFailed: (event, before) => ({ type: 'job.failed', data: withReason(event, before) }),
  JobCancelled: (event, before) => ({ type: 'job.cancelled', data: withReason(event, before) }),
} as const satisfies Record<string, Tell>;

const ofJob = (event: LogEvent, submitted: JsonObject) => ({
  job_id: event.stream.replace(/^job-/, ''),
  broker_id: textOrNull(submitted['subject']),
  workflow: textOf(submitted['workflow']),
});

const withReason = (event: LogEvent, before: StreamContext) => ({
  ...ofJob(event, before.first),
  reason: textOf(event.data['reason']),
});

const ofStep = (
  event: LogEvent,
  before: StreamContext,
  attempt = before.attempt,
): PublicData<'step.started'> => ({
  ...ofJob(event, before.first),
  step: textOf(event.data['step']),
  direction: event.data['direction'] === 'undo' ? 'undo' : 'do',
  attempt,
  progress: progress(event, before, 0),
});

const stepsOf = (submitted: JsonObject): readonly string[] => {
  const plan = submitted['plan'];
  return isList(plan) ? plan.map((step) => (isObject(step) ? textOf(step['name']) : '')) : [];
};

/** Percent of the plan that is done, with this step counted or not. */
function progress(event: LogEvent, before: StreamContext, thisStep: 0 | 1): number {
  if (event.data['direction'] === 'undo') return 0;
  const steps = stepsOf(before.first);
  const index = steps.indexOf(textOf(event.data['step']));
  return index < 0 ? 0 : Math.round((100 * (index + thisStep)) / steps.length);
}

const failures = ['retry', 'uncertain', 'reject', 'operator'] as const;
const failureOf = (kind: unknown): (typeof failures)[number] =>
  failures.find((known) => known === kind) ?? 'operator';
