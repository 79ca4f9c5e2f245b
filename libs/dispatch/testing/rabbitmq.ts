import { connect } from 'amqplib';
import type { Channel, GetMessage } from 'amqplib';
import { freshVhost } from '../../../test/support/services.ts';
import { closing } from './closing.ts';

/** A virtual host of the test's own, and a way into it beside what is tested. */
export interface Vhost {
  readonly url: string;
  /** Somebody else's channel to it. */
  readonly channel: Channel;
  /** Puts a message into a queue; by default `{"id": <id>}`. */
  send(queue: string, id: string, content?: string): Promise<void>;
  /** Takes the next message out of a queue. */
  take(queue: string): Promise<GetMessage | undefined>;
  /** Messages in a queue that nobody holds. */
  ready(queue: string): Promise<number>;
  /** Sets a policy over all queues, e.g. `{ 'max-length': 1 }`. */
  setPolicy(definition: Readonly<Record<string, unknown>>): Promise<void>;
}

export async function openVhost(): Promise<Vhost> {
  const vhost = await freshVhost();
  closing(() => vhost[Symbol.asyncDispose]());
  const connection = await connect(vhost.url, { noDelay: true });
  closing(() => connection.close());
  const channel = await connection.createChannel();
  const confirming = await connection.createConfirmChannel();
  return {
    url: vhost.url,
    channel,
    send: (queue, id, content = JSON.stringify({ id })) =>
      new Promise((resolve, reject) => {
        const options = { persistent: true, messageId: id };
        confirming.sendToQueue(queue, Buffer.from(content), options, (error: unknown) =>
          error === null ? resolve() : reject(new Error(`${queue} did not take ${id}`)),
        );
      }),
    take: async (queue) => (await channel.get(queue, { noAck: true })) || undefined,
    ready: async (queue) => (await channel.checkQueue(queue)).messageCount,
    setPolicy: (definition) => setPolicy(vhost.url, { pattern: '.*', 'apply-to': 'queues', definition }),
  };
}

async function setPolicy(vhost: string, policy: object): Promise<void> {
  const { username, password, origin } = new URL(process.env['TEST_AMQP_MANAGEMENT_URL'] ?? '');
  const answer = await fetch(`${origin}/api/policies${new URL(vhost).pathname}/test`, {
    method: 'PUT',
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    body: JSON.stringify(policy),
  });
  if (!answer.ok) throw new Error(`the policy was not taken: ${answer.status} ${await answer.text()}`);
}
