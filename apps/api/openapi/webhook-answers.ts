import { z } from 'zod';
import { ListDeliveries, ListWebhooks } from '../webhooks/requests.ts';
import type { Described } from './shapes.ts';
import { facts, page, text, time } from './shapes.ts';

const webhook = {
  id: z.uuid(),
  url: z.string(),
  types: z.array(z.string()),
  description: z.string(),
  status: z.enum(['active', 'paused', 'disabled', 'deleted']),
  job_id: text,
  error: text,
};
const Webhook = z.strictObject(webhook);
const ListedWebhook = z.strictObject({ ...webhook, created_at: time });

const delivery = {
  id: z.uuid(),
  event_id: z.string(),
  type: z.string(),
  event_at: time,
  status: z.enum(['pending', 'delivered', 'failed', 'skipped']),
  attempts: z.int(),
  next_attempt_at: time.nullable(),
  settled_at: time.nullable(),
};
const Delivery = z.strictObject(delivery);
const Attempt = z.strictObject({
  number: z.int(),
  at: time,
  status: z.int().nullable(),
  error: text,
  duration_ms: z.number(),
  answer: z.string(),
});
const DeliveryDetail = z.strictObject({ ...delivery, event: facts, tried: z.array(Attempt) });
const WebhookSecrets = z.strictObject({
  secret: text,
  secrets: z.array(z.strictObject({ secret: z.string(), expires_at: time.nullable() })),
});

export const webhookSchemas = {
  Attempt,
  Delivery,
  DeliveryDetail,
  ListedWebhook,
  Webhook,
  WebhookSecrets,
} as const;

export const webhookRoutes: Readonly<Record<string, Described>> = {
  'GET /v1/webhooks': { query: ListWebhooks, answer: page(ListedWebhook) },
  'POST /v1/webhooks': { answer: Webhook },
  'GET /v1/webhooks/{webhook}': { answer: Webhook },
  'PATCH /v1/webhooks/{webhook}': { answer: Webhook },
  'GET /v1/webhooks/{webhook}/secret': { answer: WebhookSecrets },
  'POST /v1/webhooks/{webhook}/rotate-secret': { answer: Webhook },
  'POST /v1/webhooks/{webhook}/test': { answer: z.strictObject({ event_id: z.string() }) },
  'GET /v1/webhooks/{webhook}/deliveries': { query: ListDeliveries, answer: page(Delivery) },
  'GET /v1/webhooks/{webhook}/deliveries/{delivery}': { answer: DeliveryDetail },
  'POST /v1/webhooks/{webhook}/deliveries/{delivery}/replay': {
    answer: z.strictObject({ id: z.uuid(), status: z.literal('pending') }),
  },
  'POST /v1/webhooks/{webhook}/replay': { answer: z.strictObject({ deliveries: z.int() }) },
};
