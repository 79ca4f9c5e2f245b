import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { KeptConnection } from './connection.ts';
import type { Logger } from './logger.ts';
import { PublishError } from './publish-error.ts';
import { within } from './within.ts';

export interface TopicPublisherOptions {
  readonly url: string;
  /** The topic exchange; it is declared, durable. */
  readonly exchange: string;
  readonly logger: Logger;
  /** Longest wait for the confirmation of a batch, milliseconds. @default 20_000 */
  readonly confirmTimeoutMs?: number;
}

/** A message for whoever has bound a queue. Two messages of the same id are the same message. */
export interface TopicMessage {
  readonly id: string;
  readonly routingKey: string;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Publishes to a topic exchange: persistent and confirmed, in order. Nobody need listen: what no queue is bound for is
 * gone. It connects again by itself; while it is away `publish` rejects at once.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class TopicPublisher {
  readonly #options: TopicPublisherOptions;
  readonly #connection: KeptConnection;
  #channel: ConfirmChannel | undefined;

  constructor(options: TopicPublisherOptions) {
    this.#options = options;
    const { url, logger } = options;
    this.#connection = new KeptConnection({
      url,
      name: `warrener ${options.exchange}`,
      logger,
      onOpen: (connection) => this.#open(connection),
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
   * Resolves once the broker has all of them, where a durable queue is bound on disk.
   *
   * @throws PublishError; any of them may be there all the same
   */
  async publish(messages: readonly TopicMessage[]): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) throw new PublishError('disconnected', 'RabbitMQ is not connected');
    const { confirmTimeoutMs = 20_000 } = this.#options;
    const confirmed = Promise.all(messages.map((message) => this.#send(channel, message)));
    try {
      await within(
        confirmTimeoutMs,
        confirmed,
        () => new PublishError('timeout', 'RabbitMQ did not confirm in time'),
      );
    } catch (error) {
      confirmed.catch(() => undefined); // told once
      this.#connection.drop(); // what is still under way must not come after what is sent next
      throw error;
    }
  }

  #send(channel: ConfirmChannel, message: TopicMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = {
        persistent: true,
        messageId: message.id,
        contentType: message.contentType,
        headers: message.headers,
      };
      const done = (error: unknown): void => {
        if (error === null || error === undefined) resolve();
        else reject(new PublishError('refused', 'RabbitMQ refused the message', { cause: error }));
      };
      try {
        channel.publish(this.#options.exchange, message.routingKey, Buffer.from(message.body), options, done);
      } catch (error) {
        reject(new PublishError('disconnected', 'RabbitMQ is going away', { cause: error }));
      }
    });
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error) => this.#options.logger.warn({ error }, 'the channel for events broke'));
    channel.on('close', () => this.#connection.drop());
    await channel.assertExchange(this.#options.exchange, 'topic', { durable: true });
    this.#channel = channel;
  }
}
