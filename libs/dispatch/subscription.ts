import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { declareWorkQueue } from './topology.ts';
import { within } from './within.ts';

/** A message that is ours until it is answered. */
export interface Delivery {
  readonly channel: Channel;
  readonly queue: string;
  readonly message: ConsumeMessage;
}

export interface SubscriptionOptions {
  readonly queue: string;
  /** Messages held unacknowledged at most. */
  readonly prefetch: number;
  readonly onDelivery: (delivery: Delivery) => void;
}

/** Longest wait for a queue to be declared and consumed from. */
const OPEN_TIMEOUT_MS = 15_000;

/** Longest wait for the broker to let a consumer or a channel go. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * One queue, consumed over a channel of its own: what goes wrong with it (a declaration refused, a queue deleted, a queue
 * without a leader, which never answers) concerns no other queue. It is over when its channel or its queue is gone.
 */
export class Subscription {
  /** Resolves when it is over, with the reason. */
  readonly ended: Promise<string>;
  readonly #channel: Channel;
  readonly #options: SubscriptionOptions;
  readonly #end: (reason: string) => void;
  #tag: string | undefined;

  private constructor(channel: Channel, options: SubscriptionOptions) {
    let end: (reason: string) => void = () => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.#end = end;
    this.#channel = channel;
    this.#options = options;
    channel.on('error', (error) => end(error.message));
    channel.on('close', () => end('its channel was closed'));
  }

  /**
   * Declares the queue and consumes from it.
   *
   * @throws Error where the broker refuses, or does not answer in time
   */
  static async open(connection: ChannelModel, options: SubscriptionOptions): Promise<Subscription> {
    const opening = connection.createChannel().then((channel) => new Subscription(channel, options));
    const subscription = await within(OPEN_TIMEOUT_MS, opening, noAnswer);
    try {
      await within(OPEN_TIMEOUT_MS, subscription.#consume(), noAnswer);
    } catch (error) {
      void subscription.close(); // never rejects; a late success ends with it
      throw error;
    }
    return subscription;
  }

  /** Takes no more messages. Those that came stay ours. Never rejects. */
  async cancel(): Promise<void> {
    if (this.#tag === undefined) return;
    const cancelled = this.#channel.cancel(this.#tag);
    await within(CLOSE_TIMEOUT_MS, cancelled, noAnswer).catch(() => undefined); // lost: then it is cancelled
  }

  /** Ends it after its last acknowledgements have arrived; what was not acknowledged goes back. Never rejects. */
  async close(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, this.#channel.close(), noAnswer).catch(() => undefined); // lost already, or hung
  }

  async #consume(): Promise<void> {
    const channel = this.#channel;
    const { queue, prefetch, onDelivery } = this.#options;
    await declareWorkQueue(channel, queue);
    await channel.prefetch(prefetch); // per consumer: quorum queues refuse the other kind
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message !== null) onDelivery({ channel, queue, message });
      else {
        this.#end('the queue was deleted');
        void this.close(); // never rejects
      }
    });
    this.#tag = consumerTag;
  }
}

const noAnswer = (): Error => new Error('RabbitMQ does not answer');
