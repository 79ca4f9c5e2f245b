export type { Channel } from './channel.ts';
export { catalogue, publicTypes } from './core/catalogue.ts';
export type { PublicData, PublicType } from './core/catalogue.ts';
export {
  cloudEvent,
  cloudEventType,
  dataSchema,
  facts,
  kindAndEvent,
  publicEvent,
  publicForm,
  sourceOf,
  toldKinds,
} from './core/public-event.ts';
export type { CloudEventJson, Disguise, PublicEvent, SubjectKind } from './core/public-event.ts';
export { learn, nothingYet } from './core/stream-context.ts';
export type { LogEvent, StreamContext } from './core/stream-context.ts';
export { opaqueIds } from './opaque.ts';
export { FirehosePublisher } from './channels/firehose-publisher.ts';
export { FirehoseWatch } from './channels/firehose-watch.ts';
export { firehoseChannel } from './channels/firehose.ts';
export { openSources, sourceVariables } from './sources/index.ts';
export { amqpChannel, EVENTS_EXCHANGE } from './channels/amqp.ts';
export { webhookChannel } from './channels/webhooks.ts';
export { asyncApi } from './documents/async-api.ts';
export { eventsPage } from './documents/events-page.ts';
export { isFilter, wants } from './core/webhook.ts';
export type { Webhook, WebhookSettings, WebhookStatus } from './core/webhook.ts';
export { ordinaryRetries } from './core/retries.ts';
export type { RetryPolicy } from './core/retries.ts';
export { Follower } from './follower.ts';
export { Teller } from './teller.ts';
export type { Placed } from './teller.ts';
export { AddressGuard, RefusedAddress } from './webhooks/address-guard.ts';
export { Deliverer } from './webhooks/deliverer.ts';
export {
  findDelivery,
  forgetOldDeliveries,
  listDeliveries,
  replayDelivery,
  replayPeriod,
} from './webhooks/deliveries.ts';
export type { Delivery, KeptAttempt } from './webhooks/deliveries.ts';
export { ordinaryTimeouts, Poster } from './webhooks/post.ts';
export {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhook,
  prepareWebhook,
  rotateSecret,
  testWebhook,
} from './webhooks/request.ts';
export type { PreparedWebhook, WebhookWorld } from './webhooks/request.ts';
export { WebhookSecrets } from './webhooks/secrets.ts';
export { webhooksProjection } from './webhooks/streams.ts';
export { checkSecret, checkTarget, checkTypes } from './webhooks/target.ts';

/** The library's numbered schema files. */
export const schemaDirectory = new URL('./schema/', import.meta.url);
