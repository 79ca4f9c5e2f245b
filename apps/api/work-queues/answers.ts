import { z } from 'zod';
import { listOf } from '../open-api.ts';

/** A work queue. */
export const workQueueShown = z
  .strictObject({
    name: z.string(),
    exists: z.boolean(),
    depth: z.int(),
    consumers: z.int(),
    workers: z.array(z.string()),
    jobs_waiting: z.int(),
    oldest_seconds: z.int().nullable(),
    tenants: z.array(z.string()),
    misaligned: z.boolean().describe('Work is routed there, and no worker consumes it'),
  })
  .meta({ id: 'WorkQueue' });

/** GET /v1/work-queues */
export const WorkQueues = listOf('WorkQueues', workQueueShown);
