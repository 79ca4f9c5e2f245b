import type { MqttClient } from 'mqtt';
import mqtt from 'mqtt';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { FirehoseMessage } from './firehose-message.ts';
import { topicOf } from './firehose-topic.ts';
import { RecentMessages } from './recent-messages.ts';

/** Mosquitto does not have it, as far as is known: tell it again. The message is a sentence without secrets. */
class FirehoseError extends Error {
  override readonly name = 'FirehoseError';
}

export interface FirehosePublisherOptions {
  /** Mosquitto's listener for publishers, with this publisher's user and password. */
  readonly url: string;
  /** The first level of everything it tells. */
  readonly prefix: string;
  /** What its status shows besides `status` and `at`. */
  readonly detail?: () => Readonly<Record<string, string | number | null>>;
  readonly logger: Logger;
  /** How often it says that it lives, milliseconds. @default 15_000 */
  readonly heartbeatMs?: number;
}

/** How a publisher is. */
export interface FirehoseHealth {
  readonly ok: boolean;
  /** A sentence. */
  readonly detail: string;
  /** Messages that Mosquitto has acknowledged, without heartbeats. */
  readonly published: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 10;
/** Together below the half minute in which a channel has to answer. */
const WAIT_FOR_CONNECTION_MS = 8_000;
const ACKNOWLEDGE_TIMEOUT_MS = 18_000;
/** What Mosquitto grants by default, and enough for a thousand messages a second over 20 ms of network. */
const MAX_IN_FLIGHT = 20;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;
/** Heartbeats that may fail before it counts as silent. */
const HEARTBEATS = 3;

interface Live {
  readonly client: MqttClient;
  /** Those who wait for an acknowledgement. */
  readonly pending: Set<(error: Error) => void>;
}

/**
 * One publisher's connection to the firehose, opened again whenever it is lost, with growing, jittered pauses.
 *
 * Everything goes with QoS 1. What was acknowledged within the last seconds is told again after each connect, because a
 * Mosquitto that was killed has acknowledged more than it kept. `<prefix>/status` is retained and says `online`, with
 * every heartbeat anew, or `offline`; the latter is the will, too.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class FirehosePublisher {
  readonly #options: FirehosePublisherOptions;
  readonly #heartbeatMs: number;
  readonly #stopping = new AbortController();
  readonly #recent = new RecentMessages();
  readonly #waiting = new Set<() => void>();
  #running: Promise<void> | undefined;
  #live: Live | undefined;
  #published = 0;
  #heardAt = Date.now();
  #alarmedAt = 0;

  constructor(options: FirehosePublisherOptions) {
    this.#options = options;
    this.#heartbeatMs = options.heartbeatMs ?? 15_000;
  }

  start(): void {
    if (this.#stopped()) return;
    this.#heardAt = Date.now();
    this.#running ??= this.#run();
  }

  /** Says goodbye and ends the connection; a Mosquitto that does not answer is not waited for. */
  async stop(): Promise<void> {
    const live = this.#live;
    if (live !== undefined && !this.#stopped())
      await bounded(1_000, this.#send(live, this.#status('offline'))).catch(() => undefined);
    this.#stopping.abort();
    await this.#running;
  }

  /**
   * Tells messages in their order and resolves once Mosquitto has acknowledged all of them.
   *
   * @throws FirehoseError after half a minute at most: tell all of them again
   */
  async publish(messages: readonly FirehoseMessage[]): Promise<void> {
    const live = await this.#connected();
    const flight = inFlight(messages, (message) => this.#sendLasting(live, message));
    try {
      await bounded(ACKNOWLEDGE_TIMEOUT_MS, flight);
    } catch (error) {
      // Also those that are still under way: whatever comes next must not overtake them.
      this.#drop(live, error instanceof Error ? error.message : 'lost');
      throw error;
    }
  }

  /** Says its status now: what `detail` gives has changed. */
  sayStatus(): void {
    if (this.#live !== undefined && !this.#stopped()) this.#beat(this.#live);
  }

  health(): FirehoseHealth {
    const silentMs = Date.now() - this.#heardAt;
    const ok = silentMs <= this.#heartbeatMs * HEARTBEATS;
    const detail = ok
      ? `${this.#options.prefix}/# is heard`
      : `nothing below ${this.#options.prefix}/ has reached Mosquitto for ${Math.round(silentMs / 1000)} s`;
    return { ok, detail, published: this.#published };
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const watch = setInterval(() => this.#alarm(), this.#heartbeatMs);
    let failures = 0;
    while (!this.#stopped()) {
      const began = Date.now();
      const reason = await this.#hold().catch((error: unknown) => String(error));
      if (this.#stopped()) break;
      // A connection that is lost as soon as it is there is no reason to hurry, nor one that never was to say it again.
      failures = Date.now() - began > MAX_DELAY_MS ? 1 : failures + 1;
      const { prefix, logger } = this.#options;
      if (failures === 1)
        logger.warn({ publisher: prefix, reason }, 'no connection to Mosquitto; connecting again');
      const pause = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
      const jittered = pause / 2 + (pause / 2) * Math.random();
      await sleep(jittered, undefined, { signal: this.#stopping.signal }).catch(() => undefined); // stopping
    }
    clearInterval(watch);
  }

  /** Opens a connection and stays with it; resolves with the reason when it is gone. */
  async #hold(): Promise<string> {
    const { url, prefix, logger } = this.#options;
    const { topic, payload } = this.#status('offline', { at: null });
    const client = mqtt.connect(url, {
      protocolVersion: 5, // before, Mosquitto acknowledges also what it refuses
      // Whoever connects with another's id takes its connection over, and readers may choose theirs.
      clientId: `${prefix}-${randomUUID()}`,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      will: { topic, payload: Buffer.from(payload), qos: 1, retain: true },
    });
    const live: Live = { client, pending: new Set() };
    let reason = 'it closed the connection';
    client.on('error', (error) => (reason = error.message));
    const lost = new Promise<void>((resolve) => client.once('close', () => resolve()));
    let heartbeat: NodeJS.Timeout | undefined;
    const end = (): void => endInOrder(client);
    this.#stopping.signal.addEventListener('abort', end);
    try {
      const connected = new Promise<true>((resolve) => client.once('connect', () => resolve(true)));
      if ((await Promise.race([connected, lost])) !== true) return reason;
      const first = [this.#status('online'), ...this.#recent.all()];
      await Promise.race([
        lost,
        bounded(
          ACKNOWLEDGE_TIMEOUT_MS,
          inFlight(first, (message) => this.#send(live, message)),
        ),
      ]);
      if (!client.connected || this.#stopped()) return reason;
      logger.info({ publisher: prefix }, 'connected to Mosquitto');
      heartbeat = setInterval(() => this.#beat(live), this.#heartbeatMs);
      this.#open(live);
      await lost;
      return reason;
    } finally {
      clearInterval(heartbeat);
      this.#stopping.signal.removeEventListener('abort', end);
      this.#live = undefined;
      this.#recent.forgetOlder();
      client.end(true);
      for (const reject of live.pending) reject(new FirehoseError(`Mosquitto went away: ${reason}.`));
      live.pending.clear();
    }
  }

  #open(live: Live): void {
    this.#live = live;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #connected(): Promise<Live> {
    if (this.#live === undefined && !this.#stopped()) {
      let wake: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (wake = resolve));
      this.#waiting.add(wake);
      await bounded(WAIT_FOR_CONNECTION_MS, opened).catch(() => undefined);
      this.#waiting.delete(wake);
    }
    if (this.#live === undefined) throw new FirehoseError('Mosquitto does not answer.');
    return this.#live;
  }

  async #sendLasting(live: Live, message: FirehoseMessage): Promise<void> {
    await this.#send(live, message);
    this.#recent.add(message);
    this.#published += 1;
  }

  async #send({ client, pending }: Live, message: FirehoseMessage): Promise<void> {
    const { topic, payload, retain = false, contentType = 'application/json' } = message;
    await new Promise<void>((resolve, reject) => {
      pending.add(reject);
      client.publish(topic, payload, { qos: 1, retain, properties: { contentType } }, (error) => {
        pending.delete(reject);
        if (error)
          reject(new FirehoseError(`Mosquitto did not take a message to ${topic}: ${error.message}.`));
        else resolve();
      });
    });
    this.#heardAt = Date.now();
  }

  #beat(live: Live): void {
    // A heartbeat that is not acknowledged in time: Mosquitto hangs, or the way to it does.
    bounded(this.#heartbeatMs, this.#send(live, this.#status('online'))).catch((error: unknown) =>
      this.#drop(live, error instanceof Error ? error.message : 'lost'),
    );
  }

  #drop({ client, pending }: Live, reason: string): void {
    for (const reject of pending) reject(new FirehoseError(reason));
    pending.clear();
    client.end(true);
  }

  #alarm(): void {
    const { ok, detail } = this.health();
    if (ok || this.#stopped() || Date.now() - this.#alarmedAt < 60_000) return;
    this.#alarmedAt = Date.now();
    this.#options.logger.error({ publisher: this.#options.prefix }, `the firehose is silent: ${detail}`);
  }

  #status(status: 'online' | 'offline', more: { readonly at?: null } = {}): FirehoseMessage {
    const at = new Date().toISOString();
    const payload = JSON.stringify({ status, at, ...this.#options.detail?.(), ...more });
    return { topic: topicOf(this.#options.prefix, 'status'), payload, retain: true };
  }
}

/** Sends all of them in their order, only so many at a time without an acknowledgement. */
async function inFlight(
  messages: readonly FirehoseMessage[],
  send: (message: FirehoseMessage) => Promise<void>,
): Promise<void> {
  const flying: Promise<void>[] = [];
  for (const message of messages) {
    if (flying.length >= MAX_IN_FLIGHT) await flying.shift();
    const sent = send(message);
    sent.catch(() => undefined); // it is waited for below, in its turn
    flying.push(sent);
  }
  await Promise.all(flying);
}

/** With a DISCONNECT, so that the will stays unsaid; a Mosquitto that does not react is left. */
function endInOrder(client: MqttClient): void {
  client.end();
  const timer = setTimeout(() => client.stream.destroy(), 1_000);
  client.once('close', () => clearTimeout(timer));
}

async function bounded<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FirehoseError(`Mosquitto did not answer within ${ms} ms.`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
