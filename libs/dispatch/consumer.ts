import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeptConnection } from './connection.ts';
import type { Logger } from './logger.ts';
import { declareWorkQueue } from './topology.ts';

/** Handles a message. Resolving acknowledges it; rejecting gives it back after a pause. */
export type Handler = (
  body: unknown,
  context: { readonly queue: string; readonly redelivered: boolean },
) => Promise<void>;

export interface ConsumerOptions {
  readonly url: string;
  /** Queues consumed from, all alike. */
  readonly queues: readonly string[];
  /** Messages handled at once. */
  readonly slots: number;
  readonly handler: Handler;
  readonly logger: Logger;
  /** Pause before a message whose handling failed is given back, milliseconds. @default 1_000 */
  readonly failurePauseMs?: number;
  /** Longest wait for what has begun when stopping, milliseconds. @default 10_000 */
  readonly drainMs?: number;
}

/**
 * Consumes work queues. A message is acknowledged after it was handled, so a process that dies gives its messages back
 * at once. At most `slots` messages are held, over all queues together.
 *
 * Starts once; `stop()` takes nothing new, gives back what has not begun, and waits for what has.
 */
export class WorkQueueConsumer {
  readonly #options: ConsumerOptions;
  readonly #connection: KeptConnection;
  readonly #handling = new Set<Promise<void>>();
  readonly #unbegun: {
    readonly message: ConsumeMessage;
    readonly queue: string;
    readonly channel: Channel;
  }[] = [];
  #channel: Channel | undefined;
  #tags: string[] = [];
  #stopping = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#connection = new KeptConnection({
      url: options.url,
      name: 'warrener worker',
      logger: options.logger,
      onOpen: (connection) => this.#open(connection),
      onLost: () => this.#lost(),
    });
  }

  start(): void {
    this.#connection.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const channel = this.#channel;
    // Cancel first, then give back: the other way round the broker hands it to us again.
    await Promise.all(this.#tags.map((tag) => channel?.cancel(tag).catch(() => undefined))); // lost: then it is cancelled
    for (const { message, channel: origin } of this.#unbegun.splice(0)) nack(origin, message);
    const drained = Promise.allSettled([...this.#handling]);
    await Promise.race([drained, sleep(this.#options.drainMs ?? 10_000, undefined, { ref: false })]);
    await this.#connection.stop();
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createChannel();
    channel.on('error', (error: Error) =>
      this.#options.logger.warn({ error }, 'the consuming channel broke'),
    );
    channel.on('close', () => {
      if (this.#channel === channel) this.#connection.drop();
    });
    this.#channel = channel;
    this.#tags = [];
    // Per consumer: quorum queues refuse the global kind. What exceeds the slots over all queues waits in #unbegun.
    await channel.prefetch(this.#options.slots);
    for (const queue of this.#options.queues) {
      await declareWorkQueue(channel, queue);
      const { consumerTag } = await channel.consume(queue, (message) =>
        this.#deliver(channel, queue, message),
      );
      this.#tags.push(consumerTag);
    }
  }

  #deliver(channel: Channel, queue: string, message: ConsumeMessage | null): void {
    if (message === null) {
      this.#options.logger.warn({ queue }, 'the queue was deleted under its consumer; declaring it again');
      this.#connection.drop();
      return;
    }
    if (this.#stopping) {
      nack(channel, message);
      return;
    }
    this.#unbegun.push({ message, queue, channel });
    this.#begin();
  }

  #begin(): void {
    while (this.#handling.size < this.#options.slots) {
      const next = this.#unbegun.shift();
      if (next === undefined) return;
      const handling = this.#handle(next.channel, next.queue, next.message).finally(() => {
        this.#handling.delete(handling);
        this.#begin();
      });
      this.#handling.add(handling);
    }
  }

  async #handle(channel: Channel, queue: string, message: ConsumeMessage): Promise<void> {
    const { handler, logger, failurePauseMs = 1_000 } = this.#options;
    let body: unknown;
    try {
      body = JSON.parse(message.content.toString('utf8'));
    } catch {
      logger.error(
        { queue, messageId: message.properties.messageId as unknown },
        'a message is not JSON; it is parked',
      );
      settle(() => channel.reject(message, false));
      return;
    }
    try {
      await handler(body, { queue, redelivered: message.fields.redelivered });
      settle(() => channel.ack(message));
    } catch (error) {
      logger.error({ error, queue }, 'a message could not be handled; it comes again');
      // It returns to the head of its queue: without a pause a broken log would spin.
      if (!this.#stopping) await sleep(failurePauseMs, undefined, { ref: false });
      nack(channel, message);
    }
  }

  /** The broker gives what we held to others, or to us again. */
  #lost(): void {
    this.#unbegun.length = 0;
    this.#channel = undefined;
    this.#tags = [];
  }
}

const nack = (channel: Channel, message: ConsumeMessage): void =>
  settle(() => channel.nack(message, false, true));

/** On a channel that is closed there is nothing to settle: the broker has taken the message back already. */
function settle(answer: () => void): void {
  try {
    answer();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'IllegalOperationError')) throw error;
  }
}
