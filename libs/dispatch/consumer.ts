import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { IllegalOperationError } from 'amqplib';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeptConnection } from './connection.ts';
import type { Logger } from './logger.ts';
import type { Delivery } from './subscription.ts';
import { Subscription } from './subscription.ts';
import { within } from './within.ts';

/** What a handler can know of a message beside its body. */
export interface DeliveryInfo {
  readonly queue: string;
  /** As its publisher gave it. */
  readonly messageId: string | undefined;
  /** Whether it may have been handled before, wholly or in part. */
  readonly redelivered: boolean;
}

/** Handles a message. Resolving acknowledges it; rejecting gives it back after a pause. */
export type Handler = (body: unknown, delivery: DeliveryInfo) => Promise<void>;

export interface ConsumerOptions {
  readonly url: string;
  /** Queues consumed from, all alike. */
  readonly queues: readonly string[];
  /** Messages handled at once, over all queues together; also the prefetch of each queue. */
  readonly slots: number;
  readonly handler: Handler;
  readonly logger: Logger;
  /** Shown in RabbitMQ's list of connections. @default 'warrener worker' */
  readonly name?: string;
  /** Pause before a message whose handling failed is given back; doubles with each delivery, milliseconds. @default 1_000 */
  readonly failurePauseMs?: number;
  /** Longest such pause, milliseconds. @default 15_000 */
  readonly maxFailurePauseMs?: number;
  /** Longest wait for what has begun when stopping, milliseconds. @default 10_000 */
  readonly drainMs?: number;
}

type Verdict = 'handled' | 'failed' | 'unreadable';

/**
 * Consumes work queues. A message is acknowledged after it was handled, so a process that dies gives its messages back
 * at once. A message that comes again while it is still being handled here, after a lost connection, is not handled a
 * second time: it gets the outcome of the first. One that is not JSON goes to the parked messages.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class WorkQueueConsumer {
  readonly #options: ConsumerOptions;
  readonly #connection: KeptConnection;
  readonly #stopping = new AbortController();
  #unbegun: Delivery[] = [];
  readonly #handling = new Set<Promise<Verdict>>();
  /** Those of `handling` whose message has an id, by it. */
  readonly #underWay = new Map<string, Promise<Verdict>>();
  /** Those of the present connection, by their queue. */
  readonly #subscriptions = new Map<string, Subscription>();
  #present: ChannelModel | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    setMaxListeners(0, this.#stopping.signal); // every pause listens
    this.#connection = new KeptConnection({
      url: options.url,
      name: options.name ?? 'warrener worker',
      logger: options.logger,
      onOpen: async (connection) => this.#open(connection),
      onLost: () => this.#lost(),
    });
  }

  start(): void {
    this.#connection.start();
  }

  /** Takes nothing new, gives back what has not begun, waits for what has, and closes the connection. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { queues, drainMs = 10_000, logger } = this.#options;
    this.#stopping.abort();
    await Promise.all(queues.map((queue) => this.#release(queue)));
    const drained = Promise.allSettled(this.#handling);
    await within(drainMs, drained, () => new Error('late')).catch(() => {
      logger.warn({ count: this.#handling.size }, 'messages are left behind unfinished; others get them');
    });
    // Before their connection: amqplib lets a connection's closing overtake a channel's last acknowledgements.
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.close()));
    await this.#connection.stop();
  }

  #open(connection: ChannelModel): void {
    this.#present = connection;
    for (const queue of this.#options.queues) void this.#keepConsuming(connection, queue);
  }

  /** The broker gives what we held to others, or to us again. */
  #lost(): void {
    this.#present = undefined;
    this.#subscriptions.clear();
    this.#unbegun = [];
  }

  /** Consumes from the queue, again and again, until the connection is gone. Never rejects. */
  async #keepConsuming(connection: ChannelModel, queue: string): Promise<void> {
    const { slots, logger } = this.#options;
    const present = (): boolean => this.#present === connection && !this.#isStopping();
    for (let failures = 0; present(); failures += 1) {
      try {
        const onDelivery = (delivery: Delivery): void => this.#deliver(delivery);
        const subscription = await Subscription.open(connection, { queue, prefetch: slots, onDelivery });
        if (this.#present !== connection) return; // lost with it
        this.#subscriptions.set(queue, subscription);
        if (this.#isStopping()) {
          await this.#release(queue); // too late
          return;
        }
        logger.debug({ queue, slots }, 'consuming');
        failures = 0;
        const reason = await subscription.ended;
        this.#takeUnbegun(queue); // the broker has them back
        if (present()) logger.warn({ queue, reason }, 'the queue is consumed from no more; trying again');
      } catch (error) {
        if (present()) logger.error({ error, queue }, 'the queue cannot be consumed from; trying again');
      }
      if (present()) await this.#pause(failures);
    }
  }

  /** Consumes from the queue no more, and gives back what came from it and has not begun. Never rejects. */
  async #release(queue: string): Promise<void> {
    // Cancel first, then give back: the other way round the broker hands it to us again.
    await this.#subscriptions.get(queue)?.cancel();
    for (const delivery of this.#takeUnbegun(queue)) answer(delivery, 'failed');
  }

  /** Removes what came from the queue and has not begun. */
  #takeUnbegun(queue: string): Delivery[] {
    const taken = this.#unbegun.filter((delivery) => delivery.queue === queue);
    this.#unbegun = this.#unbegun.filter((delivery) => delivery.queue !== queue);
    return taken;
  }

  #deliver(delivery: Delivery): void {
    if (this.#joins(delivery)) return;
    this.#unbegun.push(delivery);
    this.#begin();
  }

  #begin(): void {
    while (!this.#isStopping() && this.#handling.size < this.#options.slots) {
      const next = this.#unbegun.shift();
      if (next === undefined) return;
      if (!this.#joins(next)) this.#occupySlot(next);
    }
  }

  /** Whether the same message is being handled already; it then gets the same outcome. */
  #joins(delivery: Delivery): boolean {
    const id = identity(delivery);
    const underWay = id === undefined ? undefined : this.#underWay.get(id);
    void underWay?.then((verdict) => answer(delivery, verdict));
    return underWay !== undefined;
  }

  #occupySlot(delivery: Delivery): void {
    const id = identity(delivery);
    const handling = this.#handle(delivery);
    this.#handling.add(handling);
    if (id !== undefined) this.#underWay.set(id, handling);
    void handling.then((verdict) => {
      this.#handling.delete(handling);
      if (id !== undefined) this.#underWay.delete(id);
      answer(delivery, verdict);
      this.#begin();
    });
  }

  /** Never rejects. */
  async #handle({ queue, message }: Delivery): Promise<Verdict> {
    const { handler, logger } = this.#options;
    const messageId = idOf(message);
    let body: unknown;
    try {
      body = JSON.parse(message.content.toString('utf8'));
    } catch {
      logger.error({ queue, messageId }, 'a message is not JSON; it is parked');
      return 'unreadable';
    }
    try {
      await handler(body, { queue, messageId, redelivered: message.fields.redelivered });
      return 'handled';
    } catch (error) {
      logger.error({ error, queue, messageId }, 'a message could not be handled; it comes again');
      // It returns to the head of its queue: without a pause a log that is down would make it spin.
      await this.#pause(timesDelivered(message));
      return 'failed';
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Cut short by `stop()`. */
  async #pause(failures: number): Promise<void> {
    const { failurePauseMs = 1_000, maxFailurePauseMs = 15_000 } = this.#options;
    const pause = Math.min(maxFailurePauseMs, failurePauseMs * 2 ** failures);
    const jittered = pause / 2 + (pause / 2) * Math.random();
    await sleep(jittered, undefined, { signal: this.#stopping.signal }).catch(() => undefined); // stopping
  }
}

function idOf(message: ConsumeMessage): string | undefined {
  const id: unknown = message.properties.messageId;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function identity({ queue, message }: Delivery): string | undefined {
  const id = idOf(message);
  return id === undefined ? undefined : `${queue}/${id}`;
}

/** Earlier deliveries, as quorum queues count them. */
function timesDelivered(message: ConsumeMessage): number {
  const count: unknown = message.properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
}

function answer({ channel, message }: Delivery, verdict: Verdict): void {
  try {
    if (verdict === 'handled') channel.ack(message);
    else channel.nack(message, false, verdict === 'failed');
  } catch (error) {
    // The channel is closed: the broker has taken the message back already.
    if (!(error instanceof IllegalOperationError)) throw error;
  }
}
