import { z } from 'zod';
import { pageQuery } from '../paging.ts';

const settings = {
  url: z.string().min(1, 'expected a URL').describe('Where deliveries are posted to, https:// or http://'),
  types: z
    .array(z.string().max(100))
    .max(50)
    .describe('Types of events it wants, e.g. "job.failed" or "broker.*"; none for all'),
  description: z
    .string()
    .max(500)
    // eslint-disable-next-line no-control-regex -- that is the point: PostgreSQL takes none of these
    .regex(/^[^\x00-\x1f\x7f\ud800-\udfff]*$/, 'expected no control characters'),
  paused: z.boolean().describe('While it is paused nothing is sent, and what it is owed is kept'),
};
const secret = z.string().max(200).describe('"whsec_" and 24 to 64 random bytes in base64; made by default');

/** POST /v1/webhooks */
export const CreateWebhook = z
  .strictObject({
    url: settings.url,
    types: settings.types.default([]),
    description: settings.description.default(''),
    paused: settings.paused.default(false),
    secret: secret.optional(),
  })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** PATCH /v1/webhooks/{id}: what is not named stays */
export const ChangeWebhook = z.strictObject(settings).partial().meta({ id: 'ChangeWebhook' });
export type ChangeWebhook = z.infer<typeof ChangeWebhook>;

/** POST /v1/webhooks/{id}/rotate-secret */
export const RotateSecret = z.strictObject({ secret: secret.optional() }).meta({ id: 'RotateSecret' });
export type RotateSecret = z.infer<typeof RotateSecret>;

/** GET /v1/webhooks */
export const ListWebhooks = z
  .strictObject({
    ...pageQuery,
    job: z.uuid('expected the id of a job').optional().describe("The callback of this job's launch instead"),
  })
  .meta({ id: 'ListWebhooks' });
export type ListWebhooks = z.infer<typeof ListWebhooks>;

/** GET /v1/webhooks/{id}/deliveries */
export const ListDeliveries = z
  .strictObject({ ...pageQuery, status: z.enum(['pending', 'delivered', 'failed', 'skipped']).optional() })
  .meta({ id: 'ListDeliveries' });
export type ListDeliveries = z.infer<typeof ListDeliveries>;

/** POST /v1/webhooks/{id}/replay */
export const ReplayPeriod = z
  .strictObject({
    from: z.iso.datetime({ offset: true, error: 'expected a time like 2026-03-01T12:00:00Z' }),
    to: z.iso.datetime({ offset: true, error: 'expected a time like 2026-03-01T12:00:00Z' }).optional(),
    failed_only: z.boolean().default(false).describe('Leaves out what was delivered'),
  })
  .meta({ id: 'ReplayPeriod' });
export type ReplayPeriod = z.infer<typeof ReplayPeriod>;
