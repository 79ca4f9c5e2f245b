import type { EventLog, OutboxMessage } from '#event-log';
import { context } from '@opentelemetry/api';
import type { Logger } from './logger.ts';
import { traceOf } from './trace.ts';

/** A message as far as publishing it goes. */
type Publishable = Pick<OutboxMessage, 'id' | 'queue'> & { readonly body: unknown };

/** A timer that fires so much too early was set, or fired, by a clock that is wrong, milliseconds. */
const TOO_EARLY_MS = 1_000;

export interface DispatcherOptions {
  readonly log: EventLog;
  /** Resolves once the message is safe with the broker. */
  readonly publish: (message: Publishable) => Promise<void>;
  /** Asks to be called back (`due`) at that moment. May fail: the sweep finds what it forgot. */
  readonly wakeAt: (at: Date, message: OutboxMessage) => Promise<void>;
  readonly logger: Logger;
  /** How often the sweep looks for messages that nobody published, milliseconds. @default 1_000 */
  readonly sweepMs?: number;
  /** How long the fast path is given before the sweep takes over, milliseconds. @default 2_000 */
  readonly graceMs?: number;
}

const SWEEP_LIMIT = 500;

/**
 * Carries messages from the log to the work queues. The fast path publishes what was just committed (`send`); the sweep
 * publishes whatever was not, because a process died, RabbitMQ was away or Redis lost its timers. A message may go out
 * twice; its turn tells the second one.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #sending = new Set<string>();
  readonly #settling = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#sweeping = this.#sweeping.then(() => this.sweep());
    }, this.#options.sweepMs ?? 1_000);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
    await Promise.all(this.#settling);
  }

  /** Publishes, or sets the timers of, messages that are in the log already. Never throws: the sweep is behind it. */
  async send(messages: readonly OutboxMessage[]): Promise<void> {
    await Promise.all(messages.map((message) => this.#send(message)));
  }

  /**
   * A timer fired: its message is due, unless the timer went by a wrong clock; then the sweep has it when it is. Throws
   * when it could not be published, so that the timer tries again.
   */
  async due(message: Publishable & { readonly dueAt?: unknown }): Promise<void> {
    const { dueAt } = message;
    const early =
      typeof dueAt === 'string' ? Date.parse(dueAt) - Date.parse(await this.#options.log.now()) : 0;
    if (early > TOO_EARLY_MS) return;
    await this.#publish(message);
  }

  /** One look for messages that are overdue. */
  async sweep(): Promise<void> {
    const { log, logger, graceMs = 2_000 } = this.#options;
    try {
      const overdue = await log.overdueMessages(graceMs, SWEEP_LIMIT);
      const orphaned = overdue.filter(({ id }) => !this.#sending.has(id));
      if (orphaned.length > 0)
        logger.info({ count: orphaned.length }, 'publishing messages that were left behind');
      await Promise.all(
        orphaned.map((message) =>
          this.#publish(message).catch((error: unknown) => {
            logger.warn(
              { error, queue: message.queue },
              'a message could not be published; the sweep will try again',
            );
          }),
        ),
      );
    } catch (error) {
      logger.warn({ error }, 'the sweep could not read the log; it will try again');
    }
  }

  async #send(message: OutboxMessage): Promise<void> {
    const { wakeAt, logger } = this.#options;
    try {
      if (message.dueAt === null) await this.#publish(message);
      else await wakeAt(new Date(message.dueAt), message);
    } catch (error) {
      logger.warn(
        { error, queue: message.queue },
        'a message stays with the log for now; the sweep will publish it',
      );
    }
  }

  async #publish(message: Publishable): Promise<void> {
    this.#sending.add(message.id);
    try {
      // In its own trace: whoever publishes it may be a sweep, or the step of another job.
      await context.with(traceOf(message.body), () => this.#options.publish(message));
    } finally {
      this.#sending.delete(message.id);
    }
    this.#settle(message.id);
  }

  /** Nobody waits for it: a message that is not forgotten goes out twice, and its turn tells the second one. */
  #settle(id: string): void {
    const { log, logger } = this.#options;
    const settling = log.settleMessages([id]).catch((error: unknown) => {
      logger.warn({ error }, 'a message that was published could not be forgotten; it will go out again');
    });
    this.#settling.add(settling);
    void settling.then(() => this.#settling.delete(settling));
  }
}
