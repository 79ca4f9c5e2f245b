import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';
import type { WorkMessage } from './message.ts';

export interface TimersOptions {
  readonly redisUrl: string;
  /** Keeps the timers of one installation apart from another's. */
  readonly prefix: string;
  readonly logger: Logger;
  /** The moment has come. A rejection is tried again, with growing pauses. */
  readonly onDue: (message: WorkMessage) => Promise<void>;
}

const QUEUE = 'timers';
const ATTEMPTS = 10;
const CONCURRENCY = 50;
const KEEP_FAILED = 1_000;
const COMMAND_TIMEOUT_MS = 5_000;

/**
 * Promises to look again at a moment, kept by BullMQ. They are a convenience: the log knows every one of them, and its
 * sweep finds those that Redis forgot. So nothing here waits for a Redis that is away.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Timers {
  readonly #options: TimersOptions;
  readonly #redis: Redis;
  readonly #queue: Queue<WorkMessage>;
  #worker: Worker<WorkMessage> | undefined;
  #workerRedis: Redis | undefined;
  #complained = false;

  constructor(options: TimersOptions) {
    this.#options = options;
    // For setting timers: fails at once where Redis is away.
    this.#redis = new Redis(options.redisUrl, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: COMMAND_TIMEOUT_MS,
    });
    this.#redis.on('error', (error) => this.#complain(error));
    this.#redis.on('ready', () => (this.#complained = false));
    this.#queue = new Queue(QUEUE, {
      connection: this.#redis,
      prefix: options.prefix,
    });
    this.#queue.on('error', (error) => this.#complain(error));
  }

  start(): void {
    if (this.#worker !== undefined) return;
    this.#workerRedis = new Redis(this.#options.redisUrl, {
      maxRetriesPerRequest: null,
      connectTimeout: COMMAND_TIMEOUT_MS,
    });
    this.#workerRedis.on('error', (error) => this.#complain(error));
    this.#worker = new Worker<WorkMessage>(QUEUE, (job) => this.#options.onDue(job.data), {
      connection: this.#workerRedis,
      prefix: this.#options.prefix,
      concurrency: CONCURRENCY,
    });
    this.#worker.on('error', (error) => this.#complain(error));
  }

  async stop(): Promise<void> {
    await this.#worker?.close().catch((error: unknown) => this.#complain(error));
    this.#workerRedis?.disconnect();
    await this.#queue.close().catch((error: unknown) => this.#complain(error));
    this.#redis.disconnect();
  }

  /**
   * Calls `onDue` at that moment; the same id again sets no second timer.
   *
   * @throws Error at once where Redis is away
   */
  async wakeAt(at: Date, message: WorkMessage): Promise<void> {
    if (this.#redis.status !== 'ready') throw new Error('Redis is away');
    await this.#queue.add('due', message, {
      jobId: message.id,
      delay: Math.max(0, at.getTime() - Date.now()),
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: 500 },
      removeOnComplete: true,
      removeOnFail: KEEP_FAILED,
    });
  }

  /** @throws Error where Redis does not answer */
  async ping(): Promise<string> {
    await this.#redis.ping();
    return 'answers';
  }

  /** Once per absence: it tries again and again, and each try fails the same way. */
  #complain(error: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.logger.warn({ error }, 'Redis is away; timers are kept by the log meanwhile');
  }
}
