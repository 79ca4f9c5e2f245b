import type { ChannelModel } from 'amqplib';
import { connect } from 'amqplib';
import { within } from './within.ts';

/** How a queue stands at this moment. */
export interface QueueStats {
  /** Messages that no worker holds. */
  readonly depth: number;
  /** Subscriptions; a worker that is busy with more urgent queues has none to this one. */
  readonly consumers: number;
}

const TIMEOUT_MS = 5_000;

/**
 * Asks RabbitMQ about queues, over a connection of its own. A queue that does not exist is null.
 *
 * @throws Error where RabbitMQ cannot be asked within five seconds
 */
export async function queueStats(
  url: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, QueueStats | null>> {
  const ending = new AbortController();
  const late = (): Error => new Error('RabbitMQ did not answer in time');
  const options = { noDelay: true, timeout: TIMEOUT_MS, signal: ending.signal };
  try {
    return await within(
      TIMEOUT_MS,
      connect(url, options).then((connection) => askAll(connection, names)),
      late,
    );
  } finally {
    ending.abort();
  }
}

async function askAll(
  connection: ChannelModel,
  names: readonly string[],
): Promise<ReadonlyMap<string, QueueStats | null>> {
  connection.on('error', () => undefined); // what is being asked rejects with it
  const stats = new Map<string, QueueStats | null>();
  for (const name of names) stats.set(name, await ask(connection, name));
  await connection.close();
  return stats;
}

async function ask(connection: ChannelModel, name: string): Promise<QueueStats | null> {
  const channel = await connection.createChannel(); // its own: asking for what is missing closes it
  channel.on('error', () => undefined); // it is the rejection as well
  try {
    const { messageCount, consumerCount } = await channel.checkQueue(name);
    await channel.close();
    return { depth: messageCount, consumers: consumerCount };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_FOUND) return null;
    throw error;
  }
}

const NOT_FOUND = 404;
