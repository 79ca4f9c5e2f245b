import type { ChannelModel } from 'amqplib';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeptConnection } from './connection.ts';
import { Consumption } from './core/consumption.ts';
import type { Arrival, Fact, Order } from './core/facts.ts';
import type { Level } from './core/priority-list.ts';
import { parsePriorityList } from './core/priority-list.ts';
import type { HandlingOptions } from './handling.ts';
import { Handling } from './handling.ts';
import type { Logger } from './logger.ts';
import type { Delivery } from './queue-channel.ts';
import { answer, QueueChannel } from './queue-channel.ts';
import { tenantOf } from './message.ts';
import { within } from './within.ts';

export interface ConsumerOptions extends HandlingOptions {
  readonly url: string;
  /**
   * Queues consumed from, the most urgent first. An item may group several, which share what is left by weight:
   * `['acme_express,beta_express:2', 'acme_bulk,beta_bulk']`.
   */
  readonly queues: readonly string[];
  /** Messages handled at once, over all queues together. */
  readonly slots: number;
  readonly logger: Logger;
  /** Shown in RabbitMQ's list of connections. @default 'warrener worker' */
  readonly name?: string;
  /** Longest wait of queues behind busier ones until one of their messages is let through, milliseconds. @default 0, for ever */
  readonly ageingMs?: number;
  /** Longest wait for what has begun when stopping, milliseconds. @default 10_000 */
  readonly drainMs?: number;
}

/** What a consumer consumes, and how it stands. */
export interface ConsumerReport {
  /** The most urgent first. */
  readonly levels: readonly Level[];
  readonly slots: number;
  /** Messages being handled. */
  readonly running: number;
  /** Messages held that have not begun. */
  readonly unbegun: number;
  /** Queues with a subscription at the moment. */
  readonly consumed: readonly string[];
}

/** A message that is not answered, and whence. */
interface Held {
  readonly delivery: Delivery;
  readonly from: QueueChannel;
}

/** A queue that is listed, and its present channel. */
interface Listed {
  readonly ending: AbortController;
  channel: QueueChannel | undefined;
}

/** Longest quiet after which a queue is asked whether it is empty, milliseconds. */
const QUIET_MS = 25;

/** Messages that may rest after a failure without holding anybody up. */
const MAX_RESTING = 4;

/**
 * Consumes work queues in order of priority; what that means is said, and decided, in `core/consumption.ts`. A message is
 * acknowledged after it was handled, so a process that dies gives its messages back at once. A message that comes again
 * while it is still being handled here, after a lost connection, is not handled a second time: it gets the outcome of
 * the first. One that is not JSON, or failed too often, goes to the parked messages.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 *
 * @throws PriorityListError from the constructor
 */
export class WorkQueueConsumer {
  readonly #options: ConsumerOptions;
  readonly #connection: KeptConnection;
  readonly #stopping = new AbortController();
  readonly #consumption: Consumption;
  readonly #handling: Handling;
  readonly #prefetch: number;
  readonly #held = new Map<number, Held>();
  readonly #listed = new Map<string, Listed>();
  /** Those not applied yet; the first is being applied. */
  readonly #facts: Fact[] = [];
  #levels: readonly Level[];
  #present: ChannelModel | undefined;
  #ids = 0;
  #ticking: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    const { slots, ageingMs = 0 } = options;
    this.#options = options;
    const resting = Math.min(slots, MAX_RESTING);
    this.#prefetch = slots + resting;
    this.#levels = parsePriorityList(options.queues.join(' '));
    this.#consumption = new Consumption(this.#levels, {
      slots,
      prefetch: this.#prefetch,
      resting,
      ageingMs,
    });
    this.#handling = new Handling(options, this.#stopping.signal);
    setMaxListeners(0, this.#stopping.signal); // every pause listens
    this.#connection = new KeptConnection({
      url: options.url,
      name: options.name ?? 'warrener worker',
      logger: options.logger,
      onOpen: async (connection) => {
        this.#present = connection;
        this.#apply({ type: 'connected' });
      },
      onLost: () => this.#lost(),
    });
  }

  start(): void {
    const { ageingMs = 0 } = this.#options;
    if (ageingMs > 0 && !this.#isStopping())
      this.#ticking ??= setInterval(
        () => this.#apply({ type: 'tick', now: performance.now() }),
        ageingMs / 10,
      );
    this.#connection.start();
  }

  /**
   * Changes what is consumed, and in which order, at once. What has begun goes on; nothing is lost or handled again.
   *
   * @throws PriorityListError, and everything stays as it was
   */
  reconfigure(queues: readonly string[]): void {
    this.#levels = parsePriorityList(queues.join(' '));
    this.#options.logger.info({ queues }, 'the order of the queues was changed');
    this.#apply({ type: 'configured', levels: this.#levels });
  }

  /** Begins nothing more and gives back what has not begun, until `resume()`. What has begun goes on. */
  pause(): void {
    this.#apply({ type: 'paused' });
  }

  resume(): void {
    if (!this.#isStopping()) this.#apply({ type: 'resumed' });
  }

  /** What is consumed, the most urgent first, and how it stands. */
  report(): ConsumerReport {
    const { slots } = this.#options;
    return {
      levels: this.#levels,
      slots,
      running: this.#consumption.running,
      unbegun: this.#consumption.unbegun,
      consumed: this.#consumption.consumed(),
    };
  }

  /** Takes nothing new, gives back what has not begun, waits for what has, and closes the connection. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { drainMs = 10_000, logger } = this.#options;
    clearInterval(this.#ticking);
    this.#apply({ type: 'paused' });
    this.#stopping.abort();
    await within(drainMs, this.#handling.idle(), () => new Error('late')).catch(() => {
      logger.warn({ count: this.#handling.count }, 'messages are left behind unfinished; others get them');
    });
    const channels = [...this.#listed.values()].flatMap(({ channel }) => channel ?? []);
    // Before their connection: amqplib lets a connection's closing overtake a channel's last acknowledgements.
    await Promise.all(channels.map(async (channel) => channel.close()));
    await this.#connection.stop();
  }

  /** The broker gives what we held to others, or to us again. */
  #lost(): void {
    this.#present = undefined;
    for (const { ending } of this.#listed.values()) ending.abort();
    this.#listed.clear();
    this.#apply({ type: 'lost' });
    this.#forgetHeld(() => true);
  }

  /** One after the other: an order may bring about the next fact at once. */
  #apply(fact: Fact): void {
    this.#facts.push(fact);
    if (this.#facts.length > 1) return;
    for (let next: Fact | undefined = fact; next !== undefined; next = this.#facts[0]) {
      for (const order of this.#consumption.apply(next)) this.#execute(order);
      this.#facts.shift();
    }
  }

  #execute(order: Order): void {
    switch (order.do) {
      case 'declare': {
        const listed: Listed = { ending: new AbortController(), channel: undefined };
        this.#listed.set(order.queue, listed);
        void this.#keep(order.queue, listed); // never rejects
        return;
      }
      case 'forget':
        this.#forget(order.queue);
        return;
      case 'begin':
        this.#begin(order.id);
        return;
      case 'give-back':
        for (const id of order.ids) {
          const held = this.#held.get(id);
          this.#held.delete(id);
          held?.from.giveBack(held.delivery);
        }
        return;
      case 'open':
      case 'cancel':
      case 'listen':
      case 'probe':
      case 'fetch': {
        const listed = this.#listed.get(order.queue);
        if (listed?.channel !== undefined) void this.#ask(order, listed, listed.channel); // never rejects
      }
    }
  }

  async #ask(
    order: Extract<Order, { do: 'open' | 'cancel' | 'listen' | 'probe' | 'fetch' }>,
    listed: Listed,
    channel: QueueChannel,
  ): Promise<void> {
    const { queue } = order;
    const report = (fact: Fact): void => {
      if (listed.channel === channel && !listed.ending.signal.aborted) this.#apply(fact);
    };
    switch (order.do) {
      case 'open':
        await channel.subscribe();
        this.#options.logger.debug({ queue, slots: this.#options.slots }, 'consuming');
        report({ type: 'opened', queue });
        return;
      case 'cancel':
        await channel.cancel();
        report({ type: 'cancelled', queue });
        return;
      case 'listen':
        await sleep(QUIET_MS);
        report({ type: 'quiet', queue, seq: order.seq });
        return;
      case 'probe':
        await this.#fetch(listed, channel, 'fetched');
        await channel.settle();
        report({ type: 'probed', queue, seq: order.seq });
        return;
      case 'fetch':
        return this.#fetch(listed, channel, 'aged');
    }
  }

  async #fetch(listed: Listed, channel: QueueChannel, arrival: Arrival): Promise<void> {
    const delivery = await channel.fetch();
    if (delivery !== undefined) this.#deliver(delivery, listed, channel, arrival);
  }

  /** Has a channel for the queue, again and again, until it is not wanted any more. Never rejects. */
  async #keep(queue: string, listed: Listed): Promise<void> {
    const { logger } = this.#options;
    const connection = this.#present;
    const ended = (): boolean => listed.ending.signal.aborted || this.#isStopping();
    for (let failures = 0; connection !== undefined && !ended(); failures += 1) {
      try {
        const channel: QueueChannel = await QueueChannel.open(connection, {
          queue,
          prefetch: this.#prefetch,
          onPushed: (delivery) => this.#deliver(delivery, listed, channel, 'pushed'),
        });
        if (ended()) {
          void channel.close(); // never rejects
          return;
        }
        listed.channel = channel;
        failures = 0;
        this.#apply({ type: 'declared', queue });
        const reason = await channel.ended;
        if (listed.ending.signal.aborted) return;
        listed.channel = undefined;
        this.#forgetHeld((from) => from === channel); // the broker has them back
        logger.warn({ queue, reason }, 'the queue is consumed from no more; trying again');
      } catch (error) {
        if (ended()) return;
        logger.error({ error, queue }, 'the queue cannot be consumed from; trying again');
      }
      this.#apply({ type: 'broken', queue });
      await this.#handling.pause(failures);
    }
  }

  /** Lets the queue go, after what has begun of it. */
  #forget(queue: string): void {
    const listed = this.#listed.get(queue);
    this.#listed.delete(queue);
    listed?.ending.abort();
    const channel = listed?.channel;
    if (channel === undefined) return;
    const begun = [...this.#held.values()].filter(({ from }) => from === channel);
    const answered = Promise.all(begun.flatMap(({ delivery }) => this.#handling.of(delivery) ?? []));
    void Promise.all([channel.cancel(), answered]).then(() => channel.close()); // none rejects
  }

  #deliver(delivery: Delivery, listed: Listed, from: QueueChannel, arrival: Arrival): void {
    if (listed.ending.signal.aborted || this.#isStopping()) {
      from.giveBack(delivery);
      return;
    }
    const { queue } = delivery;
    this.#ids += 1;
    const id = this.#ids;
    this.#held.set(id, { delivery, from });
    if (this.#join(id, delivery)) this.#apply({ type: 'joined', queue, id, arrival });
    else this.#apply({ type: 'delivered', queue, id, arrival, tenant: tenantOf(delivery.message) ?? queue });
  }

  /** Whether the same message is being handled already; it then gets the same outcome. */
  #join(id: number, delivery: Delivery): boolean {
    const underWay = this.#handling.of(delivery);
    void underWay?.then((verdict) => this.#answer(id, verdict));
    return underWay !== undefined;
  }

  #begin(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    const began = performance.now();
    const workMs = (): number => performance.now() - began;
    const { outcome, verdict } = this.#handling.begin(held.delivery);
    // A failure frees the slot before its pause is over.
    void outcome.then(
      (result) => result === 'failed' && this.#apply({ type: 'failed', id, workMs: workMs() }),
    );
    void verdict.then((result) => this.#answer(id, result, workMs()));
  }

  #answer(id: number, verdict: 'done' | 'back' | 'park', workMs?: number): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    if (held !== undefined) answer(held.delivery, verdict);
    this.#apply(
      workMs === undefined || verdict === 'back' ? { type: 'answered', id } : { type: 'ended', id, workMs },
    );
  }

  #forgetHeld(which: (from: QueueChannel) => boolean): void {
    for (const [id, { from }] of this.#held) if (which(from)) this.#held.delete(id);
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
