import type { PublicData, Told } from './catalogue.ts';
import type { LogEvent } from './stream-context.ts';
import { textOf } from './stream-context.ts';

/** How each fact of a webhook is told outside. */
export const webhookFacts = {
  WebhookCreated: (event) => changed(event, 'created'),
  WebhookChanged: (event) => changed(event, 'changed'),
  WebhookSecretRotated: (event) => changed(event, 'secret_rotated'),
  WebhookDeleted: (event) => changed(event, 'deleted'),
  WebhookDisabled: (event) => ({
    type: 'webhook.disabled',
    data: { ...ofWebhook(event), reason: textOf(event.data['reason']) },
  }),
  WebhookTested: (event) => ({ type: 'webhook.test', data: ofWebhook(event) }),
} as const satisfies Record<string, (event: LogEvent) => Told>;

const ofWebhook = (event: LogEvent) => ({ webhook_id: event.stream.replace(/^webhook-/, '') });

const changed = (event: LogEvent, change: PublicData<'webhook.changed'>['change']): Told => ({
  type: 'webhook.changed',
  data: { ...ofWebhook(event), change },
});
