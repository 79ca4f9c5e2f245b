import { foldProjection } from '#event-log';
import { EntitySchema } from 'typeorm';
import type { KnownJob } from '../core/job.ts';
import { jobStream } from '../job-stream.ts';

/** A row of the list of jobs. */
export interface JobRow {
  stream: string;
  tenant: string;
  state: KnownJob;
  version: number;
  created_at: Date;
  updated_at: Date;
  id: string;
  subject: string;
  status: KnownJob['status'];
}

/** TypeORM's description of the read model, for queries. */
export const JobView = new EntitySchema<JobRow>({
  name: 'job_view',
  schema: 'warrener',
  columns: {
    stream: { type: 'text', primary: true },
    tenant: { type: 'text' },
    state: { type: 'jsonb' },
    version: { type: 'integer' },
    created_at: { type: 'timestamptz' },
    updated_at: { type: 'timestamptz' },
    id: { type: 'text' },
    subject: { type: 'text' },
    status: { type: 'text' },
  },
});

/** The list of jobs. */
export const jobsProjection = foldProjection({
  name: 'jobs',
  type: jobStream,
  table: 'warrener.job_view',
  row: (job) =>
    job.status === 'new'
      ? { id: '', subject: '', status: 'new' }
      : { id: job.id, subject: job.subject, status: job.status },
});
