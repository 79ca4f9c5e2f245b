import { z } from 'zod';
import { pageQuery } from '../paging.ts';

/** How one can be. */
export const statuses = ['running', 'undoing', 'parked', 'succeeded', 'failed', 'cancelled'] as const;

/** GET /v1/jobs */
export const ListJobs = z
  .strictObject({
    ...pageQuery,
    broker: z.uuid('expected the id of a broker').optional(),
    status: z.enum(statuses).optional(),
  })
  .meta({ id: 'ListJobs' });
export type ListJobs = z.infer<typeof ListJobs>;

/** GET /v1/jobs/{id}/events */
export const ListEvents = z
  .strictObject({
    after: z.coerce
      .number()
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(0)
      .describe('Only what came after this version'),
  })
  .meta({ id: 'ListEvents' });
export type ListEvents = z.infer<typeof ListEvents>;
