import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { IllegalOperationError } from 'amqplib';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeptConnection } from './connection.ts';
import type { Logger } from './logger.ts';
import { declareApart } from './topology.ts';
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

/** What one connection carries. */
interface Session {
  readonly connection: ChannelModel;
  readonly channel: Channel;
  /** The consumer's tag of each queue that is consumed from. */
  readonly tags: Map<string, string>;
}

interface Delivery {
  readonly channel: Channel;
  readonly queue: string;
  readonly message: ConsumeMessage;
}

type Verdict = 'handled' | 'failed' | 'unreadable';

/** Longest wait for a queue to be declared and consumed from. */
const CONSUME_TIMEOUT_MS = 15_000;

/** Longest wait for the broker to let a consumer or a channel go. */
const CLOSE_TIMEOUT_MS = 3_000;

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
  readonly #unbegun: Delivery[] = [];
  readonly #handling = new Set<Promise<Verdict>>();
  /** Those of `handling` whose message has an id, by it. */
  readonly #underWay = new Map<string, Promise<Verdict>>();
  #session: Session | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    setMaxListeners(0, this.#stopping.signal); // every pause listens
    this.#connection = new KeptConnection({
      url: options.url,
      name: options.name ?? 'warrener worker',
      logger: options.logger,
      onOpen: (connection) => this.#open(connection),
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
    await this.#closeChannel();
    await this.#connection.stop();
  }

  /** The channel before its connection: amqplib lets a connection's closing overtake the last acknowledgements. */
  async #closeChannel(): Promise<void> {
    const closed = this.#session?.channel.close() ?? Promise.resolve();
    await within(CLOSE_TIMEOUT_MS, closed, () => new Error('late')).catch(() => undefined); // lost already, or hung
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createChannel();
    channel.on('error', (error) => this.#options.logger.warn({ error }, 'the consuming channel broke'));
    channel.on('close', () => this.#connection.drop());
    await channel.prefetch(this.#options.slots); // per consumer: quorum queues refuse the other kind
    const session = { connection, channel, tags: new Map<string, string>() };
    this.#session = session;
    // Each for itself: a queue that cannot be declared keeps nobody from the others.
    for (const queue of this.#options.queues) void this.#consume(session, queue);
  }

  /** The broker gives what we held to others, or to us again. */
  #lost(): void {
    this.#session = undefined;
    this.#unbegun.length = 0;
  }

  /** Tries until the queue is consumed from or the session is over. Never rejects. */
  async #consume(session: Session, queue: string): Promise<void> {
    for (let failures = 0; this.#session === session && !this.#isStopping(); failures += 1) {
      try {
        await within(CONSUME_TIMEOUT_MS, this.#register(session, queue), () => new HungError());
        if (this.#isStopping()) await this.#release(queue); // too late: it is stopped already
        return;
      } catch (error) {
        if (this.#session !== session) return; // lost with it
        this.#options.logger.error({ error, queue }, 'the queue cannot be consumed from; trying again');
        if (error instanceof HungError) this.#connection.drop();
        else await this.#pause(failures);
      }
    }
  }

  async #register(session: Session, queue: string): Promise<void> {
    const { connection, channel, tags } = session;
    await declareApart(connection, queue);
    const deliver = (message: ConsumeMessage | null): void => this.#deliver(session, queue, message);
    const { consumerTag } = await channel.consume(queue, deliver);
    tags.set(queue, consumerTag);
    this.#options.logger.debug({ queue, slots: this.#options.slots }, 'consuming');
  }

  /** Consumes from the queue no more, and gives back what came from it and has not begun. Never rejects. */
  async #release(queue: string): Promise<void> {
    const tag = this.#session?.tags.get(queue);
    if (this.#session === undefined || tag === undefined) return;
    this.#session.tags.delete(queue);
    // Cancel first, then give back: the other way round the broker hands it to us again.
    const cancelled = this.#session.channel.cancel(tag);
    await within(CLOSE_TIMEOUT_MS, cancelled, () => new Error('late')).catch(() => undefined); // lost: then it is cancelled
    const unbegun = this.#unbegun.splice(0);
    for (const delivery of unbegun) {
      if (delivery.queue === queue) answer(delivery, 'failed');
      else this.#unbegun.push(delivery);
    }
  }

  #deliver(session: Session, queue: string, message: ConsumeMessage | null): void {
    if (message === null) {
      this.#options.logger.warn({ queue }, 'the queue went away under its consumer; declaring it again');
      session.tags.delete(queue);
      void this.#consume(session, queue);
      return;
    }
    const delivery = { channel: session.channel, queue, message };
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

class HungError extends Error {
  override readonly message = 'RabbitMQ does not answer';
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
