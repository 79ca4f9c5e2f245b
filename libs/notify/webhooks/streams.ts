import { foldProjection } from '#event-log';
import type { StreamType } from '#event-log';
import type { WebhookEvent, WebhookState } from '../core/webhook.ts';
import { evolveWebhook } from '../core/webhook.ts';

/** How the facts of a webhook fold. */
export const webhookStream: StreamType<WebhookState, WebhookEvent> = {
  kind: 'webhook',
  stateVersion: 1,
  initial: () => null,
  evolve: evolveWebhook,
};

/** The stream of a webhook. */
export const webhookStreamId = (webhook: string): string => `webhook-${webhook}`;

/** The list of webhooks: lists show it, and deliveries are planned from it. */
export const webhooksProjection = foldProjection({
  name: 'webhooks',
  type: webhookStream,
  table: 'warrener.webhook_view',
  row: (webhook) => ({
    id: webhook?.id ?? '',
    job: webhook?.job ?? null,
    status: webhook?.status ?? 'deleted',
  }),
});
