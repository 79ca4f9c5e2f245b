import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_S = 15;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;

export interface KeptConnectionOptions {
  readonly url: string;
  /** Shown in RabbitMQ's list of connections. */
  readonly name: string;
  readonly logger: Logger;
  /** Prepares a fresh connection. A rejection closes it and the next one is tried after a pause. */
  readonly onOpen: (connection: ChannelModel) => Promise<void>;
  /** What was prepared is gone. */
  readonly onLost: () => void;
}

/**
 * A connection that is opened again whenever it is lost, with growing, jittered pauses. amqplib does none of this.
 * `noDelay`: without it Nagle and delayed acknowledgements cost 44 ms a message.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class KeptConnection {
  readonly #options: KeptConnectionOptions;
  readonly #stopping = new AbortController();
  #connection: ChannelModel | undefined;
  #running: Promise<void> | undefined;

  constructor(options: KeptConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connection?.close().catch(() => undefined); // lost already
    await this.#running;
  }

  /** Ends the connection on purpose; it is opened again. For a channel that broke under its owner. */
  drop(): void {
    void this.#connection?.close().catch(() => undefined); // lost already
  }

  async #run(): Promise<void> {
    const { logger, name, onLost } = this.#options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        const { lost } = await this.#open();
        failures = 0;
        const reason = await lost;
        onLost();
        if (!this.#stopping.signal.aborted)
          logger.warn({ connection: name, reason }, 'RabbitMQ went away; connecting again');
      } catch (error) {
        if (failures === 0)
          logger.warn({ connection: name, error }, 'RabbitMQ cannot be reached; trying again');
        failures += 1;
      }
      const full = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
      await sleep(full / 2 + (full / 2) * Math.random(), undefined, { signal: this.#stopping.signal }).catch(
        () => undefined,
      ); // stopping
    }
  }

  /** Opens a connection; `lost` resolves, with the reason, when it is gone. */
  async #open(): Promise<{ lost: Promise<string> }> {
    const { url, name, onOpen, logger } = this.#options;
    const target = new URL(url);
    target.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const connection = await connect(target.toString(), {
      noDelay: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name },
    });
    let reason = 'closed';
    connection.on('error', (error: Error) => (reason = error.message));
    const lost = new Promise<string>((resolve) => connection.once('close', () => resolve(reason)));
    this.#connection = connection;
    if (this.#stopping.signal.aborted) await connection.close();
    else {
      try {
        await onOpen(connection);
      } catch (error) {
        await connection.close().catch(() => undefined); // lost already
        throw error;
      }
      logger.info({ connection: name }, 'connected to RabbitMQ');
    }
    return { lost };
  }
}
