import { z } from 'zod';
import { listOf, moment, pageOf } from '../open-api.ts';
import { statuses } from './requests.ts';

/** A fact of a stream. */
export const eventShown = z.strictObject({
  version: z.int().describe('Counts the facts of this stream'),
  type: z.string(),
  at: moment,
  data: z.record(z.string(), z.unknown()),
});

const percent = z.int().min(0).max(100);

/** GET /v1/jobs */
export const JobPage = pageOf(
  'JobPage',
  z.strictObject({
    id: z.uuid(),
    workflow: z.string(),
    broker_id: z.uuid(),
    broker_name: z.string().nullable(),
    status: z.enum(statuses),
    progress: percent,
    created_at: moment,
    updated_at: moment,
  }),
);

const step = z.strictObject({
  name: z.string(),
  stage: z.enum(['cloud', 'config']),
  status: z.enum([
    'pending',
    'running',
    'waiting',
    'uncertain',
    'succeeded',
    'failed',
    'undoing',
    'undone',
    'skipped',
  ]),
  attempts: z.int(),
  started_at: moment.nullable(),
  finished_at: moment.nullable(),
  duration_ms: z.number().nullable(),
  error: z.string().nullable(),
  waiting_for: z.string().nullable(),
  output: z.record(z.string(), z.unknown()),
  notes: z.string().describe('What commands printed, bounded and without secrets'),
});

const queue = z.string();
const waitingFor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('moment'), queue, until: moment }),
  z.strictObject({
    kind: z.literal('limit'),
    queue,
    limit: z.literal('running_steps'),
    of: z.int().nullable(),
    ahead: z.int(),
  }),
  z.strictObject({
    kind: z.literal('worker'),
    queue,
    ahead: z.int(),
    estimate_seconds: z.number().nullable(),
  }),
]);

/** GET /v1/jobs/{job}, and what is asked of one */
export const JobShown = z
  .strictObject({
    id: z.uuid(),
    workflow: z.string(),
    workflow_version: z.int(),
    broker_id: z.uuid(),
    broker_name: z.string().nullable(),
    status: z.enum(statuses),
    progress: percent,
    current_step: z.string().nullable(),
    steps: z.array(step),
    error: z.string().nullable(),
    created_at: moment,
    finished_at: moment.nullable(),
    waiting_for: waitingFor.nullable().describe('Null where a step runs, or nothing happens by itself'),
  })
  .meta({ id: 'Job' });

/** GET /v1/jobs/{job}/events */
export const JobEvents = listOf('JobEvents', eventShown);
