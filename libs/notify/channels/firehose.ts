import type { Channel } from '../channel.ts';
import type { CloudEventJson, PublicEvent } from '../core/public-event.ts';
import { kindAndEvent, publicForm } from '../core/public-event.ts';
import type { FirehoseMessage } from './firehose-message.ts';
import type { FirehosePublisher } from './firehose-publisher.ts';
import { topicOf } from './firehose-topic.ts';

export interface FirehoseOptions {
  readonly publisher: FirehosePublisher;
  /** Which installation tells it, as `sourceOf` makes it. */
  readonly source: string;
  /** Makes opaque ids of names, as `opaqueIds` does. */
  readonly opaque: (text: string) => string;
  /** Whether a tenant has said that its name and its brokers' may be read by everybody. @default nobody has */
  readonly isNamed: (tenant: string) => Promise<boolean>;
}

const PREFIX = 'warrener';

/**
 * Tells everybody what happens, in the public form, to `warrener/<kind>/<event>/<id>`, and keeps the last state of each
 * broker retained at `warrener/broker/state/<id>`. The publisher is started and stopped by whoever made it.
 */
export function firehoseChannel({ publisher, source, opaque, isNamed }: FirehoseOptions): Channel {
  return {
    name: 'firehose',
    deliver: async (events) => {
      const named = new Map<string, boolean>();
      const messages: FirehoseMessage[] = [];
      for (const event of events) {
        if (!named.has(event.tenant)) named.set(event.tenant, await isNamed(event.tenant));
        const form = publicForm(event, source, { opaque, named: named.get(event.tenant) ?? false });
        if (form !== undefined) messages.push(told(event, form), ...stateAfter(event, form));
      }
      await publisher.publish(messages);
    },
  };
}

function told(event: PublicEvent, form: CloudEventJson): FirehoseMessage {
  const { kind, event: name } = kindAndEvent(event.type);
  return {
    topic: topicOf(PREFIX, kind, name, event.subject.id),
    payload: JSON.stringify(form),
    contentType: 'application/cloudevents+json; charset=utf-8',
  };
}

/** What a broker is from an event on, for those who come later; made of what the public form shows, and nothing else. */
function stateAfter(event: PublicEvent, form: CloudEventJson): FirehoseMessage[] {
  const status = statusAfter(event);
  if (status === undefined) return [];
  const topic = topicOf(PREFIX, 'broker', 'state', event.subject.id);
  if (status === 'deleted') return [{ topic, payload: '', retain: true }];
  const { broker_id, name, engine } = form.data;
  const { id: event_id, tenant, sequence, time } = form;
  const state = { broker_id, tenant, name, engine, status, sequence: Number(sequence), time, event_id };
  return [{ topic, payload: JSON.stringify(state), retain: true }];
}

function statusAfter(event: PublicEvent): string | undefined {
  if (event.type === 'broker.requested') return 'requested';
  if (event.type === 'broker.changed') return event.data.status;
  if (event.type === 'broker.ready') return 'ready';
  return event.type === 'broker.deleted' ? 'deleted' : undefined;
}
