import mqtt from 'mqtt';
import { z } from 'zod';
import type { Logger } from '../logger.ts';

export interface FirehoseWatchOptions {
  /** Mosquitto's listener for readers. */
  readonly url: string;
  /** The publishers that ought to be heard, by the first level of their topics. */
  readonly publishers: readonly string[];
  readonly logger: Logger;
  /** Longest silence of a publisher, milliseconds; it says every 15 s that it lives. @default 45_000 */
  readonly silentMs?: number;
}

const Status = z.object({ status: z.enum(['online', 'offline']) });

const RECONNECT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Reads the firehose as anybody does, and raises an alarm when a publisher is gone or silent, or Mosquitto itself is:
 * an error in the log, again every minute, and a check that fails.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class FirehoseWatch {
  readonly #options: FirehoseWatchOptions;
  readonly #silentMs: number;
  /** When each was last heard to be online; the start of the watch where it was not. */
  readonly #heardAt = new Map<string, number>();
  readonly #offline = new Set<string>();
  readonly #alarmedAt = new Map<string, number>();
  #stop: (() => Promise<void>) | undefined;
  #stopped = false;

  constructor(options: FirehoseWatchOptions) {
    this.#options = options;
    this.#silentMs = options.silentMs ?? 45_000;
  }

  start(): void {
    if (this.#stopped || this.#stop !== undefined) return;
    const { url, publishers } = this.#options;
    for (const publisher of publishers) this.#heardAt.set(publisher, Date.now());
    const client = mqtt.connect(url, {
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: 15,
    });
    client.on('error', () => undefined); // that nothing is heard is what counts
    client.on('connect', () =>
      client.subscribe(
        publishers.map((publisher) => `${publisher}/status`),
        { qos: 1 },
      ),
    );
    client.on('message', (topic, payload, { retain }) => this.#hear(topic, payload.toString(), retain));
    const timer = setInterval(() => this.#alarm(), Math.min(5_000, this.#silentMs / 3));
    this.#stop = async () => {
      clearInterval(timer);
      await client.endAsync(true);
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const stop = this.#stop;
    this.#stop = undefined;
    await stop?.();
  }

  /** Whether every publisher is heard, and which are not, in a sentence. */
  check(): { readonly ok: boolean; readonly detail: string } {
    const silent = this.#options.publishers.filter((publisher) => this.#isSilent(publisher));
    if (silent.length === 0) return { ok: true, detail: `heard: ${this.#options.publishers.join(', ')}` };
    return { ok: false, detail: silent.map((publisher) => this.#describe(publisher)).join('; ') };
  }

  #hear(topic: string, payload: string, retained: boolean): void {
    const publisher = topic.replace(/\/status$/, '');
    const status = parse(payload);
    if (status === undefined) return;
    // What Mosquitto kept is no sign of life: the publisher may have gone without its will.
    if (status === 'online' && !retained) this.#heardAt.set(publisher, Date.now());
    if (status === 'online') this.#offline.delete(publisher);
    else this.#offline.add(publisher);
  }

  #silentFor(publisher: string): number {
    return Date.now() - (this.#heardAt.get(publisher) ?? 0);
  }

  #isSilent(publisher: string): boolean {
    return this.#offline.has(publisher) || this.#silentFor(publisher) > this.#silentMs;
  }

  #describe(publisher: string): string {
    const seconds = Math.round(this.#silentFor(publisher) / 1_000);
    return this.#offline.has(publisher)
      ? `${publisher} says that it is offline`
      : `${publisher} has not been heard for ${seconds} s`;
  }

  #alarm(): void {
    for (const publisher of this.#options.publishers) {
      // A publisher that restarts is offline for a moment.
      const alarming = this.#silentFor(publisher) > this.#silentMs;
      if (!alarming || Date.now() - (this.#alarmedAt.get(publisher) ?? 0) < 60_000) continue;
      this.#alarmedAt.set(publisher, Date.now());
      this.#options.logger.error(
        { publisher },
        `the firehose has lost a publisher: ${this.#describe(publisher)}`,
      );
    }
  }
}

function parse(payload: string): 'online' | 'offline' | undefined {
  try {
    return Status.parse(JSON.parse(payload)).status;
  } catch {
    return undefined; // not ours
  }
}
