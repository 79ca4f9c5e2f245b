import type { Channel, ChannelModel, ConsumeMessage, GetMessage } from 'amqplib';
import { IllegalOperationError } from 'amqplib';
import { declareWorkQueue } from './topology.ts';
import { within } from './within.ts';

/** A message that is ours until it is answered. */
export interface Delivery {
  readonly channel: Channel;
  readonly queue: string;
  readonly message: ConsumeMessage | GetMessage;
}

export interface QueueChannelOptions {
  readonly queue: string;
  /** Messages of one subscription held unacknowledged at most. */
  readonly prefetch: number;
  /** What the broker pushes. */
  readonly onPushed: (delivery: Delivery) => void;
}

/** Longest wait for a queue to be declared, consumed from or asked. */
const ANSWER_TIMEOUT_MS = 15_000;

/** Longest wait for the broker to let a consumer or a channel go. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * One queue, over a channel of its own: what goes wrong with it (a declaration refused, a queue deleted, a queue without a
 * leader, which never answers) concerns no other queue. It is over when its channel or its queue is gone.
 */
export class QueueChannel {
  /** Resolves when it is over, with the reason. */
  readonly ended: Promise<string>;
  readonly #channel: Channel;
  readonly #options: QueueChannelOptions;
  readonly #end: (reason: string) => void;
  #subscribing: Promise<string> | undefined;
  #lastTag: string | undefined;
  #cancelling: Promise<void> | undefined;
  /** What is to go back once the broker pushes no more, in order: sooner it would come to us again, and out of order. */
  #returns: Delivery[] = [];

  private constructor(channel: Channel, options: QueueChannelOptions) {
    let end: (reason: string) => void = () => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.#end = end;
    this.#channel = channel;
    this.#options = options;
    channel.on('error', (error) => end(error.message));
    channel.on('close', () => end('its channel was closed'));
  }

  /**
   * Declares the queue.
   *
   * @throws Error where the broker refuses, or does not answer in time
   */
  static async open(connection: ChannelModel, options: QueueChannelOptions): Promise<QueueChannel> {
    const opening = connection.createChannel().then((channel) => new QueueChannel(channel, options));
    const own = await within(ANSWER_TIMEOUT_MS, opening, noAnswer);
    try {
      await within(ANSWER_TIMEOUT_MS, own.#prepare(), noAnswer);
    } catch (error) {
      void own.close(); // never rejects; a late success ends with it
      throw error;
    }
    return own;
  }

  /** Lets the broker push. Ends the channel where that fails. */
  async subscribe(): Promise<void> {
    const subscribing = this.#consume();
    this.#subscribing = subscribing;
    await this.#orEnd(subscribing);
  }

  /** Lets the broker push no more. What came stays ours until it is answered. */
  async cancel(): Promise<void> {
    this.#cancelling ??= this.#cancel();
    await this.#cancelling;
  }

  /** Gives a message back; while the queue is being cancelled, when the broker pushes no more. */
  giveBack(delivery: Delivery): void {
    if (this.#cancelling === undefined) answer(delivery, 'back');
    else this.#returns.push(delivery);
  }

  /** Fetches one message, if there is one. Ends the channel where that fails. */
  async fetch(): Promise<Delivery | undefined> {
    const { queue } = this.#options;
    const message = await this.#orEnd(this.#channel.get(queue));
    if (message === undefined || message === false) return undefined;
    return { channel: this.#channel, queue, message };
  }

  /** Resolves after everything that was on its way to us when this was called. */
  async settle(): Promise<void> {
    await this.#orEnd(this.#channel.prefetch(this.#options.prefetch)); // says nothing new, but is answered in turn
  }

  /** Ends it after its last acknowledgements have arrived; what was not acknowledged goes back. Never rejects. */
  async close(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, this.#cancelling ?? Promise.resolve(), noAnswer).catch(() => undefined);
    await within(CLOSE_TIMEOUT_MS, this.#channel.close(), noAnswer).catch(() => undefined); // lost already, or hung
  }

  async #cancel(): Promise<void> {
    const tag = await this.#subscribing?.catch(() => undefined);
    this.#subscribing = undefined;
    if (tag !== undefined) {
      await this.#orEnd(this.#channel.cancel(tag));
      // A late delivery may follow the broker's answer, and amqplib ends the connection over one without a consumer.
      internals(this.#channel).registerConsumer(tag, (message) => this.#take(message));
    }
    this.#cancelling = undefined;
    for (const delivery of this.#returns.splice(0)) answer(delivery, 'back');
  }

  async #prepare(): Promise<void> {
    await declareWorkQueue(this.#channel, this.#options.queue);
    await this.#channel.prefetch(this.#options.prefetch); // per consumer: quorum queues refuse the other kind
  }

  async #consume(): Promise<string> {
    if (this.#lastTag !== undefined) internals(this.#channel).unregisterConsumer(this.#lastTag);
    const { consumerTag } = await this.#channel.consume(this.#options.queue, (message) =>
      this.#take(message),
    );
    this.#lastTag = consumerTag;
    return consumerTag;
  }

  #take(message: ConsumeMessage | null): void {
    const { queue, onPushed } = this.#options;
    if (message !== null) onPushed({ channel: this.#channel, queue, message });
    else this.#endWith('the queue was deleted');
  }

  async #orEnd<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await within(ANSWER_TIMEOUT_MS, answer, noAnswer);
    } catch (error) {
      this.#endWith(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #endWith(reason: string): void {
    this.#end(reason);
    void within(CLOSE_TIMEOUT_MS, this.#channel.close(), noAnswer).catch(() => undefined); // lost already, or hung
  }
}

/** What amqplib has and does not declare. */
interface Internals {
  registerConsumer(tag: string, take: (message: ConsumeMessage | null) => void): void;
  unregisterConsumer(tag: string): void;
}

const internals = (channel: Channel): Internals => channel as unknown as Internals;

/** A message is acknowledged, given back, or sent to the parked ones. */
export type Verdict = 'done' | 'back' | 'park';

export function answer({ channel, message }: Delivery, verdict: Verdict): void {
  try {
    if (verdict === 'done') channel.ack(message);
    else channel.nack(message, false, verdict === 'back');
  } catch (error) {
    // The channel is closed: the broker has taken the message back already.
    if (!(error instanceof IllegalOperationError)) throw error;
  }
}

const noAnswer = (): Error => new Error('RabbitMQ does not answer');
