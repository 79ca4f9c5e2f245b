import { z } from 'zod';
import { moment, pageOf } from '../open-api.ts';

const webhook = {
  id: z.uuid(),
  url: z.string(),
  types: z.array(z.string()).describe('None for all'),
  description: z.string(),
  status: z.enum(['active', 'paused', 'disabled', 'deleted']),
  job_id: z.uuid().nullable().describe('The only job it is told of; null for all'),
  error: z.string().nullable().describe('Why it is disabled'),
};

/** GET /v1/webhooks/{webhook}, and what makes or changes one */
export const WebhookShown = z.strictObject(webhook).meta({ id: 'Webhook' });

/** GET /v1/webhooks */
export const WebhookPage = pageOf('WebhookPage', z.strictObject({ ...webhook, created_at: moment }));

/** GET /v1/webhooks/{webhook}/secret */
export const WebhookSecretsShown = z
  .strictObject({
    secret: z.string().nullable(),
    secrets: z
      .array(z.strictObject({ secret: z.string(), expires_at: moment.nullable() }))
      .describe('The newest first; two during a rotation'),
  })
  .meta({ id: 'WebhookSecrets' });

/** POST /v1/webhooks/{webhook}/test */
export const WebhookTested = z.strictObject({ event_id: z.string() }).meta({ id: 'WebhookTested' });

const deliveryStatus = z.enum(['pending', 'delivered', 'failed', 'skipped']);
const delivery = {
  id: z.uuid(),
  event_id: z.string(),
  type: z.string(),
  event_at: moment,
  status: deliveryStatus,
  attempts: z.int(),
  next_attempt_at: moment.nullable(),
  settled_at: moment.nullable(),
};

/** GET /v1/webhooks/{webhook}/deliveries */
export const DeliveryPage = pageOf('DeliveryPage', z.strictObject(delivery));

/** GET /v1/webhooks/{webhook}/deliveries/{delivery} */
export const DeliveryDetail = z
  .strictObject({
    ...delivery,
    event: z.record(z.string(), z.unknown()).describe('What is sent: a CloudEvent'),
    tried: z.array(
      z.strictObject({
        number: z.int(),
        at: moment,
        status: z.int().nullable(),
        error: z.string().nullable(),
        duration_ms: z.int(),
        answer: z.string(),
      }),
    ),
  })
  .meta({ id: 'DeliveryDetail' });

/** POST /v1/webhooks/{webhook}/deliveries/{delivery}/replay */
export const DeliveryReplayed = z
  .strictObject({ id: z.uuid(), status: z.literal('pending') })
  .meta({ id: 'DeliveryReplayed' });

/** POST /v1/webhooks/{webhook}/replay */
export const PeriodReplayed = z.strictObject({ deliveries: z.int() }).meta({ id: 'PeriodReplayed' });
