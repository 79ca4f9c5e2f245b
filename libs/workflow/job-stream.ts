import type { StoredEvent, StreamType } from '#event-log';
import type { JobEvent } from './core/events.ts';
import type { Job } from './core/job.ts';
import { evolve, initialJob } from './core/job.ts';
import type { RecordedEvent } from './core/report.ts';

/** How a job's facts fold. */
export const jobStream: StreamType<Job, JobEvent> = {
  kind: 'job',
  stateVersion: 1,
  initial: initialJob,
  evolve,
};

/** The stream of a job. */
export const jobStreamId = (job: string): string => `job-${job}`;

/** A stored event of a job's stream as the core reads it. */
export const recorded = (stored: StoredEvent): RecordedEvent => ({
  event: { ...stored.data, type: stored.type } as unknown as JobEvent,
  at: stored.at,
});
