import type { Channel, ChannelModel } from 'amqplib';

/** Where messages end that nobody could make sense of. */
export const PARKED = 'warrener.parked';

const DEAD_LETTERS = 'warrener.dead-letters';

/** A length no healthy queue reaches: above it publishers are refused instead of memory filling up. */
const LENGTH_FUSE = 1_000_000;

/**
 * As good as none: attempts are counted in the log, and a message returned unbegun counts here too. It cannot be left
 * out, because 4.x then drops a message after 20 deliveries; -1, its word for none, is refused by 3.10.
 */
const DELIVERY_LIMIT = 1_000_000;

/** What all our queues have in common. A full queue refuses: the default would drop its oldest message. */
const DURABLE = {
  'x-queue-type': 'quorum',
  'x-delivery-limit': DELIVERY_LIMIT,
  'x-max-length': LENGTH_FUSE,
  'x-overflow': 'reject-publish',
};

/**
 * Declares a work queue and where its dead letters go. Every argument is explicit, because the defaults of RabbitMQ 3.10
 * and 4.x differ. Declaring again is harmless; a queue of that name with other arguments is an error, which closes the
 * channel.
 *
 * @see https://www.rabbitmq.com/docs/quorum-queues
 */
export async function declareWorkQueue(
  channel: Pick<Channel, 'assertExchange' | 'assertQueue' | 'bindQueue'>,
  name: string,
): Promise<void> {
  await channel.assertExchange(DEAD_LETTERS, 'fanout', { durable: true });
  await channel.assertQueue(PARKED, { durable: true, arguments: DURABLE });
  await channel.bindQueue(PARKED, DEAD_LETTERS, '');
  await channel.assertQueue(name, {
    durable: true,
    arguments: {
      ...DURABLE,
      'x-dead-letter-exchange': DEAD_LETTERS,
      'x-dead-letter-strategy': 'at-least-once', // holds with reject-publish only, and in silence not otherwise
    },
  });
}

/** Declares a work queue on a channel of its own, so that a refusal closes no channel that others use. */
export async function declareApart(connection: ChannelModel, name: string): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined); // it is the rejection of the declaration as well
  try {
    await declareWorkQueue(channel, name);
  } finally {
    await channel.close().catch(() => undefined); // closed by the refusal
  }
}
