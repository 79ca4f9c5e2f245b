import type { Channel } from 'amqplib';

/** Where messages end that nobody could make sense of. */
export const PARKED = 'warrener.parked';

const DEAD_LETTERS = 'warrener.dead-letters';

/** A length no healthy queue reaches: above it publishers are told to wait instead of memory filling up. */
const LENGTH_FUSE = 1_000_000;

/** Attempts are counted in the log. This only stops a message that kills every worker that touches it. */
const DELIVERY_LIMIT = 1_000;

/**
 * Declares a work queue and what it needs. Every argument is explicit, because the defaults of RabbitMQ 3.10 and 4.x
 * differ (4.x drops a message after 20 deliveries). Declaring again is harmless.
 *
 * @see https://www.rabbitmq.com/docs/quorum-queues
 */
export async function declareWorkQueue(
  channel: Pick<Channel, 'assertExchange' | 'assertQueue' | 'bindQueue'>,
  name: string,
): Promise<void> {
  await channel.assertExchange(DEAD_LETTERS, 'fanout', { durable: true });
  await channel.assertQueue(PARKED, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': LENGTH_FUSE, 'x-overflow': 'reject-publish' },
  });
  await channel.bindQueue(PARKED, DEAD_LETTERS, '');
  await channel.assertQueue(name, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': DEAD_LETTERS,
      'x-dead-letter-strategy': 'at-least-once', // needs reject-publish
      'x-overflow': 'reject-publish',
      'x-max-length': LENGTH_FUSE,
    },
  });
}
