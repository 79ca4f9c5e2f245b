import type { Channel } from 'amqplib';
import { hostname } from 'node:os';
import { KeptConnection } from './connection.ts';
import type { ConsumerReport } from './consumer.ts';
import type { Announcement, Control } from './control.ts';
import {
  ANNOUNCE_EVERY_MS,
  ANNOUNCEMENTS,
  BROADCAST,
  declareControl,
  listenTo,
  readControl,
} from './control.ts';
import { formatPriorityList } from './core/priority-list.ts';
import type { Logger } from './logger.ts';
import { within } from './within.ts';

const CLOSE_TIMEOUT_MS = 3_000;

export interface ControlListenerOptions {
  readonly url: string;
  /** Unique among the workers. */
  readonly worker: string;
  readonly pool: string;
  /** The list comes from the worker's environment: `reload` is for others. */
  readonly fixed: boolean;
  readonly logger: Logger;
  readonly report: () => ConsumerReport;
  /** Does as it is told, at once. What it throws is logged. */
  readonly onControl: (control: Control) => void;
}

/** As a consumer does when it drains; the listener remembers it for the announcements. */
type Working = Exclude<Announcement['state'], 'stopped'>;

/**
 * A worker's ear for what all workers are told, and its voice: it announces what it consumes when it connects, every ten
 * seconds, and after everything it was told. What is said while it is not connected it misses; whoever hears its
 * announcement can say it again.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class ControlListener {
  readonly #options: ControlListenerOptions;
  readonly #connection: KeptConnection;
  readonly #startedAt = new Date().toISOString();
  #channel: Channel | undefined;
  #state: Working = 'working';
  #announcing: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ControlListenerOptions) {
    const { url, logger } = options;
    this.#options = options;
    this.#connection = new KeptConnection({
      url,
      name: 'warrener worker control',
      logger,
      onOpen: async (connection) => {
        const channel = await connection.createChannel();
        channel.on('error', (error) => logger.warn({ error }, 'the control channel broke'));
        channel.on('close', () => this.#connection.drop());
        await declareControl(channel);
        await listenTo(channel, BROADCAST, (content) => this.#hear(content));
        this.#channel = channel;
        this.announce();
      },
      onLost: () => (this.#channel = undefined),
    });
  }

  start(): void {
    if (this.#stopped !== undefined) return;
    this.#announcing ??= setInterval(() => this.announce(), ANNOUNCE_EVERY_MS);
    this.#connection.start();
  }

  /** Says what the worker consumes, now. */
  announce(): void {
    this.#say(this.#state);
  }

  /** Says goodbye. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#announcing);
    this.#say('stopped');
    // Before its connection, whose closing would overtake the goodbye.
    const closed = this.#channel?.close() ?? Promise.resolve();
    await within(CLOSE_TIMEOUT_MS, closed, () => new Error('late')).catch(() => undefined); // lost already, or hung
    await this.#connection.stop();
  }

  #say(state: Announcement['state']): void {
    const { worker, pool, fixed, report } = this.#options;
    const { levels, slots, running, unbegun, consumed } = report();
    const announcement: Announcement = {
      worker,
      pool,
      host: hostname(),
      pid: process.pid,
      started_at: this.#startedAt,
      state,
      priority: formatPriorityList(levels),
      fixed,
      slots,
      running,
      unbegun,
      consumed: [...consumed],
    };
    try {
      this.#channel?.publish(ANNOUNCEMENTS, '', Buffer.from(JSON.stringify(announcement)), {
        contentType: 'application/json',
      });
    } catch (error) {
      this.#options.logger.debug({ error }, 'an announcement was not sent'); // the channel closes; the next one is
    }
  }

  #hear(content: Buffer): void {
    const { worker, pool, fixed, onControl, logger } = this.#options;
    const control = readControl(content);
    if (control === undefined) {
      logger.warn({}, 'a control message makes no sense to this version; it is ignored');
      return;
    }
    if ((control.to?.pool ?? pool) !== pool || (control.to?.worker ?? worker) !== worker) return;
    if (control.type === 'reload' && fixed) {
      logger.warn({}, 'the order of the queues comes from QUEUE_PRIORITY; what the pool says is ignored');
    } else {
      this.#do(control, onControl);
    }
    this.announce();
  }

  #do(control: Control, onControl: (control: Control) => void): void {
    try {
      onControl(control);
      if (control.type === 'drain') this.#state = 'draining';
      if (control.type === 'resume') this.#state = 'working';
    } catch (error) {
      this.#options.logger.error({ error, control: control.type }, 'a control message could not be followed');
    }
  }
}
