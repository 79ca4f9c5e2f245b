import type { PublicType } from './catalogue.ts';
import { catalogue, publicTypes } from './catalogue.ts';

/** What a tenant says of a webhook. Its secrets are not part of it. */
export type WebhookSettings = {
  /** Where deliveries are posted to. */
  readonly url: string;
  /** Types (`job.failed`) and kinds (`broker.*`) it wants; empty for all. */
  readonly types: readonly string[];
  readonly description: string;
  /** While it is paused, what it is owed is kept. */
  readonly paused: boolean;
};

/** The facts of a webhook. */
export type WebhookEvent =
  | ({
      readonly type: 'WebhookCreated';
      readonly webhook: string;
      /** The only job it is told of; null for all. */
      readonly job: string | null;
    } & WebhookSettings)
  | ({ readonly type: 'WebhookChanged' } & WebhookSettings)
  | { readonly type: 'WebhookSecretRotated' }
  | { readonly type: 'WebhookTested' }
  | { readonly type: 'WebhookDisabled'; readonly reason: string }
  | { readonly type: 'WebhookDeleted' };

/** `disabled`: nobody calls it any more, until somebody changes it. */
export type WebhookStatus = 'active' | 'paused' | 'disabled' | 'deleted';

/** A webhook, as its events fold. */
export type Webhook = WebhookSettings & {
  readonly id: string;
  readonly job: string | null;
  readonly status: WebhookStatus;
  /** Why it is disabled. */
  readonly error: string | null;
};

/** Null before it was created. */
export type WebhookState = Webhook | null;

/** The state after an event. */
export function evolveWebhook(webhook: WebhookState, event: WebhookEvent): WebhookState {
  if (event.type === 'WebhookCreated') {
    const { type, webhook: id, ...rest } = event;
    return { ...rest, id, status: rest.paused ? 'paused' : 'active', error: null };
  }
  if (webhook === null) return null;
  switch (event.type) {
    case 'WebhookChanged': {
      const { type, ...settings } = event;
      return { ...webhook, ...settings, status: settings.paused ? 'paused' : 'active', error: null };
    }
    case 'WebhookSecretRotated':
    case 'WebhookTested':
      return webhook;
    case 'WebhookDisabled':
      return { ...webhook, status: 'disabled', error: event.reason };
    case 'WebhookDeleted':
      return { ...webhook, status: 'deleted' };
  }
}

/** Whether a type of event passes a webhook's filter. */
export const wants = (types: readonly string[], type: PublicType): boolean =>
  types.length === 0 || types.includes(type) || types.includes(`${type.slice(0, type.indexOf('.'))}.*`);

const kinds = new Set(publicTypes.map((type) => `${type.slice(0, type.indexOf('.'))}.*`));

/** Whether a filter names something there is. */
export const isFilter = (text: string): boolean => text in catalogue || kinds.has(text);
