import type { Channel } from '../channel.ts';
import { cloudEvent, cloudEventType, dataSchema } from '../core/public-event.ts';
import type { PublicEvent } from '../core/public-event.ts';

/** The topic exchange that tenants' services bind their queues to. */
export const EVENTS_EXCHANGE = 'warrener.events';

/** A message as it is published. */
interface AmqpMessage {
  readonly id: string;
  /** `<tenant>.<kind>.<event>` */
  readonly routingKey: string;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AmqpChannelOptions {
  /** Names this installation in the events. */
  readonly source: string;
  /** Resolves once RabbitMQ has all of them, in order; within 30 seconds either way. */
  readonly publish: (messages: readonly AmqpMessage[]) => Promise<void>;
}

/** Publishes each event, in the tenant's own form, for services that bind a queue of their own. */
export function amqpChannel({ source, publish }: AmqpChannelOptions): Channel {
  return {
    name: 'amqp',
    deliver: (events) => publish(events.map((event) => message(event, source))),
  };
}

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md */
const message = (event: PublicEvent, source: string): AmqpMessage => ({
  id: event.id,
  routingKey: `${word(event.tenant)}.${event.type}`,
  contentType: 'application/cloudevents+json; charset=utf-8',
  body: JSON.stringify(cloudEvent(event, source)),
  // For consumers that sort by headers alone.
  headers: {
    'cloudEvents:type': cloudEventType(event.type),
    'cloudEvents:dataschema': dataSchema(event.type),
  },
});

/** One word of a routing key: 255 bytes hold it and the type. */
const word = (text: string): string => text.replaceAll(/[.#*\s]/g, '-').slice(0, 100);
