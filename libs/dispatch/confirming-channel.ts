import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import type { Logger } from './logger.ts';
import type { WorkMessage } from './message.ts';
import { headersOf } from './message.ts';
import { PublishError } from './publish-error.ts';
import { declareApart } from './topology.ts';
import { within } from './within.ts';

const PING_TIMEOUT_MS = 5_000;

export interface ConfirmingChannelOptions {
  readonly logger: Logger;
  readonly maxInFlight: number;
  readonly confirmTimeoutMs: number;
  /** The channel is closed, and everything under way on it was rejected. */
  readonly onClosed: () => void;
}

interface Publication {
  readonly message: WorkMessage;
  readonly content: Buffer;
  /** Made when it was handed over: the trace at hand later on may be another message's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Counts the first time only. */
  readonly settle: (error?: PublishError) => void;
}

/**
 * Publishing over one connection, and gone with it. A message is first `unsettled`; once its queue is declared it goes
 * out if there is a free place `inFlight`, and else it is `waiting` for one. It keeps that place until the broker answers
 * or the channel is closed, even when its publisher has been told of a time-out by then: so a broker that does not keep
 * up is never sent more than `maxInFlight`. Messages of one queue go out in the order in which they were published.
 */
export class ConfirmingChannel {
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;
  readonly #options: ConfirmingChannelOptions;
  readonly #declared = new Map<string, Promise<void>>();
  readonly #unsettled = new Set<Publication>();
  readonly #waiting = new Set<Publication>();
  readonly #inFlight = new Map<string, Publication>();
  #sent = 0;
  #blocked: string | undefined;

  private constructor(connection: ChannelModel, channel: ConfirmChannel, options: ConfirmingChannelOptions) {
    this.#connection = connection;
    this.#channel = channel;
    this.#options = options;
    const { logger } = options;
    connection.on('blocked', (reason) => {
      this.#blocked = reason;
      logger.error({ reason }, 'RabbitMQ takes no messages for now');
    });
    connection.on('unblocked', () => {
      this.#blocked = undefined;
      logger.info({}, 'RabbitMQ takes messages again');
    });
    channel.on('error', (error) => logger.warn({ error }, 'the publishing channel broke'));
    channel.on('return', (message) => this.#returned(message));
    // Before amqplib's own listener, which reports every unconfirmed message as if the broker had refused it.
    channel.prependListener('close', () => this.#closed());
  }

  static async open(connection: ChannelModel, options: ConfirmingChannelOptions): Promise<ConfirmingChannel> {
    return new ConfirmingChannel(connection, await connection.createConfirmChannel(), options);
  }

  /**
   * Resolves once the broker has the message on disk.
   *
   * @throws PublishError
   */
  async publish(message: WorkMessage): Promise<void> {
    const content = Buffer.from(JSON.stringify(message.body));
    if (this.#blocked !== undefined) throw takesNothing(this.#blocked);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => publication.settle(late()), this.#options.confirmTimeoutMs);
      const publication: Publication = {
        message,
        content,
        headers: headersOf(message),
        settle: (error) => {
          clearTimeout(timer);
          this.#unsettled.delete(publication);
          this.#waiting.delete(publication);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#unsettled.add(publication);
      this.#declare(message.queue).then(() => this.#send(publication), publication.settle);
    });
  }

  /** @throws PublishError where the broker does not answer, or takes no messages */
  async ping(): Promise<string> {
    if (this.#blocked !== undefined) throw takesNothing(this.#blocked);
    const answer = this.#connection.createChannel().then((channel) => channel.close());
    await within(PING_TIMEOUT_MS, answer, late);
    return `answers; ${this.#inFlight.size} messages unconfirmed`;
  }

  #send(publication: Publication): void {
    if (!this.#unsettled.has(publication)) return; // too late
    if (this.#inFlight.size >= this.#options.maxInFlight) this.#waiting.add(publication);
    else this.#transmit(publication);
  }

  #transmit(publication: Publication): void {
    const { message, content, headers, settle } = publication;
    this.#sent += 1;
    const number = String(this.#sent); // the same message may be under way twice
    const options = {
      persistent: true,
      mandatory: true,
      messageId: message.id,
      correlationId: number,
      contentType: 'application/json',
      timestamp: Math.floor(Date.now() / 1000),
      headers,
    };
    this.#inFlight.set(number, publication);
    try {
      // A return comes before its confirmation, so an unroutable message is rejected already when that arrives.
      this.#channel.publish('', message.queue, content, options, (error: unknown) => {
        this.#inFlight.delete(number);
        settle(isNothing(error) ? undefined : new PublishError('refused', 'RabbitMQ refused the message'));
        this.#sendNext();
      });
    } catch (error) {
      this.#inFlight.delete(number);
      settle(new PublishError('disconnected', 'RabbitMQ is going away', { cause: error }));
    }
  }

  #sendNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#transmit(next);
  }

  /** @throws PublishError */
  #declare(queue: string): Promise<void> {
    const known = this.#declared.get(queue);
    if (known !== undefined) return known;
    const declared = declareApart(this.#connection, queue).catch((error: unknown) => {
      this.#declared.delete(queue);
      // The broker's own reasons have a code; a connection that broke has none.
      const kind = error instanceof Error && 'code' in error ? 'refused' : 'disconnected';
      throw new PublishError(kind, `queue ${queue} could not be declared: ${String(error)}`, {
        cause: error,
      });
    });
    this.#declared.set(queue, declared);
    return declared;
  }

  #returned(message: Message): void {
    const queue = message.fields.routingKey;
    this.#declared.delete(queue); // somebody deleted it; the next try declares it again
    this.#options.logger.error(
      { queue, messageId: message.properties.messageId as unknown },
      'a message found no queue',
    );
    const publication = this.#inFlight.get(String(message.properties.correlationId));
    publication?.settle(new PublishError('unroutable', `there is no queue ${queue}`));
  }

  #closed(): void {
    const error = new PublishError('disconnected', 'RabbitMQ went away');
    for (const publication of [...this.#unsettled]) publication.settle(error);
    this.#options.onClosed();
  }
}

const isNothing = (value: unknown): value is null | undefined => value === null || value === undefined;
const late = (): PublishError => new PublishError('timeout', 'RabbitMQ did not answer in time');
const takesNothing = (reason: string): PublishError =>
  new PublishError('refused', `RabbitMQ takes no messages for now: ${reason}`);
