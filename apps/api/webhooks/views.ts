import type { JsonObject } from '#event-log';
import type { Delivery, KeptAttempt, Webhook } from '#notify';

/** A webhook, without its secrets. */
export const webhookView = (webhook: Webhook) =>
  ({
    id: webhook.id,
    url: webhook.url,
    types: webhook.types,
    description: webhook.description,
    status: webhook.status,
    job_id: webhook.job,
    error: webhook.error,
  }) satisfies JsonObject;

/** A delivery as lists show it. */
export const deliveryView = (delivery: Delivery) =>
  ({
    id: delivery.id,
    event_id: delivery.event_id,
    type: delivery.type,
    event_at: delivery.event_at.toISOString(),
    status: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: delivery.status === 'pending' ? delivery.due_at.toISOString() : null,
    settled_at: delivery.settled_at?.toISOString() ?? null,
  }) satisfies JsonObject;

/** An attempt. */
export const attemptView = (attempt: KeptAttempt) =>
  ({
    number: attempt.number,
    at: attempt.at.toISOString(),
    status: attempt.status,
    error: attempt.error,
    duration_ms: attempt.duration_ms,
    answer: attempt.answer,
  }) satisfies JsonObject;
