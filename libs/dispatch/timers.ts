import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';
import type { WorkMessage } from './message.ts';
import { within } from './within.ts';

export interface TimersOptions {
  readonly redisUrl: string;
  /** Keeps the timers of one installation apart from another's. */
  readonly prefix: string;
  readonly logger: Logger;
  /** The moment has come. A rejection is tried again, with growing pauses. */
  readonly onDue: (message: WorkMessage) => Promise<void>;
  /** First pause after a failed `onDue`; doubles, milliseconds. @default 500 */
  readonly retryDelayMs?: number;
}

const QUEUE = 'timers';
const ATTEMPTS = 8;
const CONCURRENCY = 50;
const COMMAND_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 5_000;
const MAX_RECONNECT_DELAY_MS = 2_000;

/** What lives between `start()` and `stop()`. */
interface Running {
  /** For setting timers: fails at once where Redis is away. */
  readonly redis: Redis;
  readonly queue: Queue<WorkMessage>;
  /** BullMQ copies it for its own connections, which wait for Redis as long as it takes. */
  readonly patientRedis: Redis;
  readonly worker: Worker<WorkMessage>;
}

/**
 * Promises to look again at a moment, kept by BullMQ in Redis. They are a convenience, not the truth: whoever sets a
 * timer has it in a log whose sweep finds what Redis forgot. So nothing here waits for a Redis that is away: `wakeAt`
 * rejects at once, and a timer that was lost with Redis, or whose `onDue` failed too often, is forgotten.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Timers {
  readonly #options: TimersOptions;
  #running: Running | undefined;
  #stopped: Promise<void> | undefined;
  #complained = false;

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped === undefined) this.#running ??= this.#run();
  }

  /** Takes no more timers and waits for those that are firing. Those that are set stay in Redis. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /**
   * Calls `onDue`, in one of the processes of this installation, at that moment or as soon after as can be. The same id
   * again sets no second timer, and leaves the first as it was.
   *
   * @throws Error at once where Redis is away, after 5 seconds where it does not answer
   */
  async wakeAt(at: Date, message: WorkMessage): Promise<void> {
    const { queue } = this.#ready();
    const added = queue.add('due', message, {
      jobId: `timer-${encodeURIComponent(message.id)}`, // BullMQ refuses colons and plain numbers
      delay: Math.max(0, at.getTime() - Date.now()),
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: this.#options.retryDelayMs ?? 500 },
      removeOnComplete: true,
      removeOnFail: true, // kept, it would be in the way of the same id
    });
    await within(COMMAND_TIMEOUT_MS, added, noAnswer);
  }

  /**
   * Asks Redis for a sign of life.
   *
   * @returns a sentence's end for a person
   * @throws Error where it is away or does not answer
   */
  async ping(): Promise<string> {
    const { redis } = this.#ready();
    await within(COMMAND_TIMEOUT_MS, redis.ping(), noAnswer);
    return 'answers';
  }

  #ready(): Running {
    if (this.#running?.redis.status !== 'ready') throw new Error('Redis is not connected');
    return this.#running;
  }

  #run(): Running {
    const { redisUrl, prefix, onDue, logger } = this.#options;
    const common = {
      connectTimeout: COMMAND_TIMEOUT_MS,
      keepAlive: 10_000,
      // BullMQ's copies have it too; else they would look for a Redis that is away after we have stopped.
      retryStrategy: (times: number) =>
        this.#stopped === undefined ? Math.min(times * 50, MAX_RECONNECT_DELAY_MS) : null,
    };
    const redis = new Redis(redisUrl, {
      ...common,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
    });
    redis.on('error', (error) => this.#complain(error));
    redis.on('ready', () => (this.#complained = false));
    const patientRedis = new Redis(redisUrl, { ...common, maxRetriesPerRequest: null });
    patientRedis.on('error', (error) => this.#complain(error));
    const queue = new Queue<WorkMessage>(QUEUE, { connection: redis, prefix });
    queue.on('error', (error) => this.#complain(error));
    const worker = new Worker<WorkMessage>(QUEUE, (job) => onDue(job.data), {
      connection: patientRedis,
      prefix,
      concurrency: CONCURRENCY,
    });
    worker.on('error', (error) => this.#complain(error));
    worker.on('failed', (job, error) => {
      const fields = { error, queue: job?.data.queue, messageId: job?.data.id, attempt: job?.attemptsMade };
      logger.warn(fields, 'a timer was due, and its message could not be handed on');
    });
    return { redis, queue, patientRedis, worker };
  }

  async #stop(): Promise<void> {
    if (this.#running === undefined) return;
    const { redis, queue, patientRedis, worker } = this.#running;
    this.#running = undefined;
    const away = redis.status !== 'ready'; // then BullMQ would first wait for it to come back
    await within(STOP_TIMEOUT_MS, worker.close(away), noAnswer).catch(() => this.#cutOff(worker));
    await within(STOP_TIMEOUT_MS, queue.close(), noAnswer).catch((error: unknown) => this.#complain(error));
    patientRedis.disconnect();
    redis.disconnect();
  }

  /** For a Redis that hangs: nothing of ours may keep the process alive. */
  async #cutOff(worker: Running['worker']): Promise<void> {
    await within(STOP_TIMEOUT_MS, worker.disconnect(), noAnswer).catch((error: unknown) =>
      this.#complain(error),
    );
  }

  /** Once per absence: it is tried again and again, and each try fails the same way. */
  #complain(error: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.logger.warn({ error }, 'Redis is away; no timers until it is back');
  }
}

const noAnswer = (): Error => new Error('Redis does not answer');
