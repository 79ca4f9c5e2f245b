import { SpanKind, trace } from '@opentelemetry/api';
import { ConfirmingChannel } from './confirming-channel.ts';
import { KeptConnection } from './connection.ts';
import type { Logger } from './logger.ts';
import type { WorkMessage } from './message.ts';
import { PublishError } from './publish-error.ts';

const tracer = trace.getTracer('warrener');

export interface PublisherOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Shown in RabbitMQ's list of connections. @default 'warrener publisher' */
  readonly name?: string;
  /** Messages sent and not yet confirmed; more wait for their turn. @default 1_024 */
  readonly maxInFlight?: number;
  /** Longest wait for the broker's confirmation, waiting for one's turn included, milliseconds. @default 10_000 */
  readonly confirmTimeoutMs?: number;
}

/**
 * Publishes to work queues: persistent, mandatory, confirmed. A queue is declared before its first message, on every
 * connection anew. It connects again by itself; while it is away `publish` rejects at once, because whoever publishes
 * has the message in a log and comes again.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Publisher {
  readonly #connection: KeptConnection;
  readonly #publishing = new Set<Promise<void>>();
  #channel: ConfirmingChannel | undefined;
  #stopping = false;

  constructor(options: PublisherOptions) {
    const { url, logger, name = 'warrener publisher' } = options;
    const { maxInFlight = 1_024, confirmTimeoutMs = 10_000 } = options;
    this.#connection = new KeptConnection({
      url,
      name,
      logger,
      onOpen: async (connection) => {
        const onClosed = (): void => this.#connection.drop();
        this.#channel = await ConfirmingChannel.open(connection, {
          logger,
          maxInFlight,
          confirmTimeoutMs,
          onClosed,
        });
      },
      onLost: () => (this.#channel = undefined),
    });
  }

  start(): void {
    this.#connection.start();
  }

  /** Takes no more messages, waits for the confirmations of those under way, and closes the connection. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.allSettled(this.#publishing); // each has its time-out
    await this.#connection.stop();
  }

  /**
   * Resolves once the broker has the message on disk.
   *
   * @throws PublishError
   */
  async publish(message: WorkMessage): Promise<void> {
    if (this.#stopping) throw new PublishError('disconnected', 'the publisher has stopped');
    const channel = this.#connected();
    // Not the active span: what the message brings about belongs to the job, beside its publishing.
    const span = tracer.startSpan(`publish ${message.queue}`, { kind: SpanKind.PRODUCER });
    const publishing = channel.publish(message);
    this.#publishing.add(publishing);
    try {
      await publishing;
    } finally {
      this.#publishing.delete(publishing);
      span.end();
    }
  }

  /**
   * Asks the broker for a sign of life.
   *
   * @returns a sentence's end for a person
   * @throws PublishError where it does not answer, or takes no messages
   */
  async ping(): Promise<string> {
    return this.#connected().ping();
  }

  #connected(): ConfirmingChannel {
    if (this.#channel === undefined) throw new PublishError('disconnected', 'RabbitMQ is not connected');
    return this.#channel;
  }
}
