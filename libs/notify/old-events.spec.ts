import { oldEventsAreRead } from '../../test/support/old-events.ts';
import type { WebhookEvent } from './core/webhook.ts';
import { webhookStream } from './webhooks/streams.ts';

oldEventsAreRead(new URL('./fixtures/', import.meta.url), [
  {
    stream: webhookStream,
    types: {
      WebhookCreated: true,
      WebhookChanged: true,
      WebhookSecretRotated: true,
      WebhookTested: true,
      WebhookDisabled: true,
      WebhookDeleted: true,
    } satisfies Record<WebhookEvent['type'], true>,
  },
]);
