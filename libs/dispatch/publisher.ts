import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { KeptConnection } from './connection.ts';
import type { Logger } from './logger.ts';
import type { WorkMessage } from './message.ts';
import { declareWorkQueue } from './topology.ts';

/** Why a message is not with the broker. Everything but `refused` may be there all the same; publishing again is right. */
export type PublishFailure = 'unroutable' | 'refused' | 'disconnected' | 'timeout';

/** A message that is not known to be with the broker. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly kind: PublishFailure;

  constructor(kind: PublishFailure, message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface PublisherOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Longest wait for the broker's confirmation, milliseconds. @default 10_000 */
  readonly confirmTimeoutMs?: number;
}

interface Unconfirmed {
  readonly resolve: () => void;
  readonly reject: (error: PublishError) => void;
}

/** Messages on their way at once; more are told that the broker does not keep up. */
const MAX_UNCONFIRMED = 10_000;

/**
 * Publishes to work queues: persistent, mandatory, confirmed. Queues are declared before their first message, on every
 * connection anew.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #connection: KeptConnection;
  readonly #unconfirmed = new Map<string, Unconfirmed>();
  #channel: ConfirmChannel | undefined;
  #declared = new Map<string, Promise<void>>();
  #sent = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#connection = new KeptConnection({
      url: options.url,
      name: 'warrener publisher',
      logger: options.logger,
      onOpen: (connection) => this.#open(connection),
      onLost: () => this.#lost(),
    });
  }

  start(): void {
    this.#connection.start();
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
    this.#lost();
  }

  /**
   * Resolves once the broker has the message on disk.
   *
   * @throws PublishError
   */
  async publish(message: WorkMessage): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) throw new PublishError('disconnected', 'RabbitMQ is not connected');
    if (this.#unconfirmed.size >= MAX_UNCONFIRMED)
      throw new PublishError('refused', 'RabbitMQ does not keep up');
    await this.#declare(channel, message.queue);
    await this.#send(channel, message);
  }

  /** @throws PublishError where the broker does not answer */
  async ping(): Promise<string> {
    if (this.#channel === undefined) throw new PublishError('disconnected', 'not connected');
    await this.#channel.checkExchange('amq.direct');
    return `answers; ${this.#unconfirmed.size} messages unconfirmed`;
  }

  #send(channel: ConfirmChannel, message: WorkMessage): Promise<void> {
    this.#sent += 1;
    const key = `${message.id}#${this.#sent}`; // the same message may be under way twice
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(new PublishError('timeout', 'RabbitMQ did not confirm in time')),
        this.#options.confirmTimeoutMs ?? 10_000,
      );
      const settle = (error: PublishError | null): void => {
        clearTimeout(timer);
        this.#unconfirmed.delete(key);
        if (error === null) resolve();
        else reject(error);
      };
      this.#unconfirmed.set(key, { resolve: () => settle(null), reject: settle });
      const options = {
        persistent: true,
        mandatory: true,
        messageId: message.id,
        correlationId: key,
        contentType: 'application/json',
        timestamp: Math.floor(Date.now() / 1000),
      };
      // A return comes before its confirmation, so an unroutable message is rejected already when that arrives.
      channel.publish(
        '',
        message.queue,
        Buffer.from(JSON.stringify(message.body)),
        options,
        (error: unknown) => {
          settle(
            error === null || error === undefined
              ? null
              : new PublishError('refused', 'RabbitMQ refused the message'),
          );
        },
      );
    });
  }

  #declare(channel: ConfirmChannel, queue: string): Promise<void> {
    const known = this.#declared.get(queue);
    if (known !== undefined) return known;
    const declared = declareWorkQueue(channel, queue).catch((error: unknown) => {
      this.#declared.delete(queue);
      throw new PublishError('disconnected', `queue ${queue} could not be declared: ${String(error)}`);
    });
    this.#declared.set(queue, declared);
    return declared;
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error: Error) =>
      this.#options.logger.warn({ error }, 'the publishing channel broke'),
    );
    channel.on('close', () => {
      if (this.#channel !== channel) return;
      this.#lost();
      this.#connection.drop();
    });
    channel.on('return', (message: Message) => this.#returned(message));
    this.#declared = new Map();
    this.#channel = channel;
  }

  #returned(message: Message): void {
    const queue = message.fields.routingKey;
    this.#declared.delete(queue); // somebody deleted it; the next try declares it again
    this.#options.logger.error({ queue }, 'a message found no queue');
    const unconfirmed = this.#unconfirmed.get(String(message.properties.correlationId));
    unconfirmed?.reject(new PublishError('unroutable', `there is no queue ${queue}`));
  }

  #lost(): void {
    this.#channel = undefined;
    for (const { reject } of [...this.#unconfirmed.values()])
      reject(new PublishError('disconnected', 'RabbitMQ went away'));
  }
}
