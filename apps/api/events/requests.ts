import { z } from 'zod';

/** GET /v1/events/stream */
export const FollowEvents = z
  .strictObject({
    job: z.uuid('expected the id of a job').optional().describe('Events of this job only'),
    type: z
      .string()
      .max(1_000)
      .optional()
      .describe('Types of events, e.g. "job.failed,broker.*"; all by default'),
  })
  .meta({ id: 'FollowEvents' });
export type FollowEvents = z.infer<typeof FollowEvents>;
