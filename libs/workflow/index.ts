export { backoffMs } from './core/backoff.ts';
export type { RetryPolicy } from './core/backoff.ts';
export type { Direction, JobEvent, PlannedStep, Stage } from './core/events.ts';
export { decide, evolve, initialJob, isCancellable, isOver, nextTurn } from './core/job.ts';
export type { Job, JobCommand, KnownJob } from './core/job.ts';
export type { Failure, FailureKind, Outcome } from './core/outcome.ts';
export { progressOf, reportJob } from './core/report.ts';
export type { JobReport, RecordedEvent, StepReport } from './core/report.ts';
export { Dispatcher } from './dispatcher.ts';
export { jobStream, jobStreamId, recorded } from './job-stream.ts';
export { jobsProjection, JobView } from './projections/jobs.ts';
export type { JobRow } from './projections/jobs.ts';
export { Runner } from './runner.ts';
export type { Alongside, StepMessage, StepRan } from './runner.ts';
export { submission } from './submit.ts';
export { planOf } from './workflow.ts';
export type { Step, StepRun, Workflow } from './workflow.ts';

/** The library's numbered schema files. */
export const schemaDirectory = new URL('./schema/', import.meta.url);
