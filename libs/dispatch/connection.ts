import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import { within } from './within.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const OPEN_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;
const HEARTBEAT_S = 15;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;

export interface KeptConnectionOptions {
  readonly url: string;
  /** Shown in RabbitMQ's list of connections. */
  readonly name: string;
  readonly logger: Logger;
  /** Prepares a fresh connection. A rejection closes it, and the next one is tried after a pause. */
  readonly onOpen: (connection: ChannelModel) => Promise<void>;
  /** What was prepared, wholly or in part, is gone. */
  readonly onLost: () => void;
}

/**
 * A connection to RabbitMQ that is opened again whenever it is lost, with growing, jittered pauses, until it is stopped.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class KeptConnection {
  readonly #options: KeptConnectionOptions;
  readonly #url: string;
  readonly #stopping = new AbortController();
  #socket = new AbortController();
  #connection: ChannelModel | undefined;
  #closing: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  /** @throws TypeError where the URL is none */
  constructor(options: KeptConnectionOptions) {
    this.#options = options;
    this.#url = withHeartbeat(options.url);
  }

  start(): void {
    if (!this.#stopped()) this.#running ??= this.#run();
  }

  /** Closes the connection after what was sent over it has arrived; a RabbitMQ that does not answer is not waited for. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#close();
    await this.#running;
  }

  /** Ends the connection on purpose; another one is opened. For an owner whose channel broke. */
  drop(): void {
    void this.#close();
  }

  /** A method, because the compiler takes a property that was false once for false later. */
  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const { logger, name } = this.#options;
    let failures = 0;
    while (!this.#stopped()) {
      const began = Date.now();
      try {
        const reason = await this.#hold();
        if (!this.#stopped())
          logger.warn({ connection: name, reason }, 'RabbitMQ went away; connecting again');
      } catch (error) {
        if (failures === 0 && !this.#stopped())
          logger.warn({ connection: name, error }, 'RabbitMQ cannot be reached; trying again');
      }
      // A connection that is lost as soon as it is there is no reason to hurry.
      failures = Date.now() - began > MAX_DELAY_MS ? 1 : failures + 1;
      const pause = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
      const jittered = pause / 2 + (pause / 2) * Math.random();
      await sleep(jittered, undefined, { signal: this.#stopping.signal }).catch(() => undefined); // stopping
    }
  }

  /** Opens a connection and stays with it; resolves with the reason when it is gone. */
  async #hold(): Promise<string> {
    const { name, onOpen, onLost, logger } = this.#options;
    this.#socket = new AbortController();
    this.#connection = undefined;
    this.#closing = undefined;
    const socketOptions = {
      noDelay: true, // without it Nagle and delayed acknowledgements cost 44 ms a message
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name },
      signal: this.#socket.signal,
    };
    const connection = await connect(this.#url, socketOptions);
    let reason = 'closed';
    connection.on('error', (error: Error) => (reason = error.message));
    const lost = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    this.#connection = connection;
    try {
      await within(OPEN_TIMEOUT_MS, onOpen(connection), () => new Error('RabbitMQ does not answer'));
      logger.info({ connection: name }, 'connected to RabbitMQ');
      await lost;
      return reason;
    } finally {
      onLost();
      await this.#close();
    }
  }

  /** Once for each connection: whoever comes second waits with the first. */
  #close(): Promise<void> {
    this.#closing ??= closeBounded(this.#connection, this.#socket);
    return this.#closing;
  }
}

async function closeBounded(connection: ChannelModel | undefined, socket: AbortController): Promise<void> {
  const closed = connection?.close() ?? Promise.resolve();
  await within(CLOSE_TIMEOUT_MS, closed, () => new Error('late')).catch(() => undefined); // lost already, or hung
  socket.abort(); // amqplib only half-closes it, which a RabbitMQ that hangs never notices
}

function withHeartbeat(url: string): string {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) target.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return target.toString();
}
