import type { ConfirmChannel } from 'amqplib';
import { KeptConnection } from './connection.ts';
import type { Announcement, Control } from './control.ts';
import {
  ANNOUNCE_EVERY_MS,
  ANNOUNCEMENTS,
  BROADCAST,
  declareControl,
  listenTo,
  readAnnouncement,
} from './control.ts';
import type { Logger } from './logger.ts';
import { PublishError } from './publish-error.ts';
import { within } from './within.ts';

export interface ControlSenderOptions {
  readonly url: string;
  readonly logger: Logger;
  /** A worker announced itself; a place to say again what it may have missed. What it throws is logged. */
  readonly onAnnouncement?: (announcement: Announcement) => void;
}

/** Silence after which a worker counts as gone, milliseconds. */
const FORGET_AFTER_MS = 3.5 * ANNOUNCE_EVERY_MS;

const CONFIRM_TIMEOUT_MS = 5_000;

/** Workers remembered; more than any installation has. */
const MAX_WORKERS = 10_000;

/**
 * Tells running workers what to do, and knows which there are from what they announce. It asks them all to when it connects.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class ControlSender {
  readonly #options: ControlSenderOptions;
  readonly #connection: KeptConnection;
  readonly #workers = new Map<string, { readonly announcement: Announcement; readonly heardAt: number }>();
  #channel: ConfirmChannel | undefined;

  constructor(options: ControlSenderOptions) {
    const { url, logger } = options;
    this.#options = options;
    this.#connection = new KeptConnection({
      url,
      name: 'warrener control',
      logger,
      onOpen: async (connection) => {
        const channel = await connection.createConfirmChannel();
        channel.on('error', (error) => logger.warn({ error }, 'the control channel broke'));
        channel.on('close', () => this.#connection.drop());
        await declareControl(channel);
        await listenTo(channel, ANNOUNCEMENTS, (content) => this.#hear(content));
        this.#channel = channel;
        await this.send({ type: 'report' });
      },
      onLost: () => (this.#channel = undefined),
    });
  }

  start(): void {
    this.#connection.start();
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }

  /**
   * Resolves once RabbitMQ has the message for every worker that is connected. Whether they followed it is in what they
   * announce next.
   *
   * @throws PublishError
   */
  async send(control: Control): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) throw new PublishError('disconnected', 'RabbitMQ is not connected');
    const confirmed = new Promise<void>((resolve, reject) => {
      channel.publish(BROADCAST, '', Buffer.from(JSON.stringify(control)), {}, (error: unknown) => {
        if (error === null || error === undefined) resolve();
        else reject(new PublishError('refused', 'RabbitMQ refused the message', { cause: error }));
      });
    });
    const late = (): PublishError => new PublishError('timeout', 'RabbitMQ did not answer in time');
    await within(CONFIRM_TIMEOUT_MS, confirmed, late);
  }

  /** The workers that were heard of lately, by name. */
  workers(): readonly Announcement[] {
    const since = performance.now() - FORGET_AFTER_MS;
    for (const [worker, { heardAt }] of this.#workers) if (heardAt < since) this.#workers.delete(worker);
    return [...this.#workers.values()]
      .map(({ announcement }) => announcement)
      .sort((a, b) => a.worker.localeCompare(b.worker));
  }

  #hear(content: Buffer): void {
    const { logger, onAnnouncement } = this.#options;
    const announcement = readAnnouncement(content);
    if (announcement === undefined) {
      logger.warn({}, 'an announcement makes no sense to this version; it is ignored');
      return;
    }
    const { worker, state } = announcement;
    this.#workers.delete(worker);
    if (state !== 'stopped') this.#workers.set(worker, { announcement, heardAt: performance.now() });
    const [oldest] = this.#workers.keys();
    if (this.#workers.size > MAX_WORKERS && oldest !== undefined) this.#workers.delete(oldest);
    try {
      onAnnouncement?.(announcement);
    } catch (error) {
      logger.error({ error, worker }, 'an announcement could not be dealt with');
    }
  }
}
