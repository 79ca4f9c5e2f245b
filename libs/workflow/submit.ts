import type { OutboxMessage, StreamWrite } from '#event-log';
import { write } from '#event-log';
import type { JobEvent, Stage } from './core/events.ts';
import { evolve, initialJob } from './core/job.ts';
import type { JsonObject } from './core/outcome.ts';
import { jobStream, jobStreamId } from './job-stream.ts';
import { followingMessages } from './runner.ts';
import type { Step, Workflow } from './workflow.ts';
import { planOf } from './workflow.ts';

export interface Submission<World> {
  /** uuidv7 */
  readonly job: string;
  readonly tenant: string;
  readonly subject: string;
  readonly workflow: Workflow;
  readonly steps: ReadonlyMap<string, Step<World>>;
  readonly input: JsonObject;
  /** Names of the work queues this job's messages go to; they travel with the job. */
  readonly queues: Readonly<Record<Stage, string>>;
}

/** The write that submits a job and the message that gets it going: put both into one append. */
export function submission<World>(request: Submission<World>): {
  write: StreamWrite;
  messages: readonly OutboxMessage[];
} {
  const submitted: JobEvent = {
    type: 'JobSubmitted',
    job: request.job,
    workflow: request.workflow.name,
    workflow_version: request.workflow.version,
    subject: request.subject,
    input: request.input,
    plan: planOf(request.workflow, request.steps),
    queues: request.queues,
  };
  return {
    write: write(jobStream, { stream: jobStreamId(request.job), tenant: request.tenant }, [submitted]),
    messages: followingMessages(initialJob(), evolve(initialJob(), submitted), request.tenant),
  };
}
