import { z } from 'zod';

/** What a pool's name looks like. */
export const POOL_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** PUT /v1/worker-pools/{pool} */
export const SetPool = z
  .strictObject({
    priorities: z
      .string()
      .max(20_000)
      .describe('Work queues, the most urgent first, written as in QUEUE_PRIORITY'),
  })
  .meta({ id: 'SetPool' });
export type SetPool = z.infer<typeof SetPool>;
