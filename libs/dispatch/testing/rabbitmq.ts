import { connect } from 'amqplib';
import type { Channel, GetMessage } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { closing } from './closing.ts';

/** A virtual host of a test's own, on the RabbitMQ of `TEST_AMQP_URL`. */
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

export async function freshVhost(): Promise<Vhost> {
  const name = `test-${randomUUID()}`;
  await management('PUT', `/api/vhosts/${name}`);
  closing(() => management('DELETE', `/api/vhosts/${name}`));
  const url = new URL(variable('TEST_AMQP_URL'));
  await management('PUT', `/api/permissions/${name}/${url.username}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  url.pathname = `/${name}`;
  const connection = await connect(url.toString(), { noDelay: true });
  closing(() => connection.close());
  const channel = await connection.createChannel();
  const confirming = await connection.createConfirmChannel();
  return {
    url: url.toString(),
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
    setPolicy: (definition) =>
      management('PUT', `/api/policies/${name}/test`, { pattern: '.*', 'apply-to': 'queues', definition }),
  };
}

async function management(method: string, path: string, body?: object): Promise<void> {
  const url = new URL(variable('TEST_AMQP_MANAGEMENT_URL'));
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
  const answer = await fetch(new URL(path, `http://${url.host}`), {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: eval "$(node scripts/services.mjs env)"`);
  return value;
}
