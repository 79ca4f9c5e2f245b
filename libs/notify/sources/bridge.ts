import { setTimeout as sleep } from 'node:timers/promises';
import type { FirehoseMessage } from '../channels/firehose-message.ts';
import { FirehosePublisher } from '../channels/firehose-publisher.ts';
import { topicOf } from '../channels/firehose-topic.ts';
import type { Logger } from '../logger.ts';
import { Skipped } from './skipped.ts';
import { MAX_MESSAGE_BYTES } from './source.ts';
import type { Source, SourceMessage } from './source.ts';

export interface BridgeOptions {
  readonly source: Source;
  /** Mosquitto's listener for publishers, with the source's user and password. */
  readonly url: string;
  readonly logger: Logger;
  /** How often it says that it lives, milliseconds. @default 15_000 */
  readonly heartbeatMs?: number;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
const TELL_AGAIN_MS = 500;
/** A source that is away this long raises an alarm, and again every minute. */
const AWAY_MS = 45_000;
const LOOK_EVERY_MS = 5_000;
const ALARM_AGAIN_MS = 60_000;

/**
 * Passes on what a source tells, and connects to it again whenever it is lost, with growing, jittered pauses. Its status
 * shows since when the source is read, and how often something may have been missed.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #publisher: FirehosePublisher;
  readonly #skipped: Skipped;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #connectedSince: string | null = null;
  #awaySince = Date.now();
  #reason = 'it was never reached';
  #gaps = 0;
  #alarmedAt = 0;

  constructor(options: BridgeOptions) {
    const { source, url, logger, heartbeatMs } = options;
    this.#options = options;
    this.#skipped = new Skipped(logger, source.name);
    this.#publisher = new FirehosePublisher({
      url,
      prefix: source.name,
      logger,
      detail: () => ({ connected_since: this.#connectedSince, gaps: this.#gaps }),
      ...(heartbeatMs !== undefined && { heartbeatMs }),
    });
  }

  /** The source's. */
  get name(): string {
    return this.#options.source.name;
  }

  start(): void {
    if (this.#stopped()) return;
    this.#awaySince = Date.now();
    this.#publisher.start();
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'));
    await this.#running;
    await this.#publisher.stop();
  }

  /** Whether both ends are there, in a sentence; and what was told and left out since the start. */
  health(): {
    readonly ok: boolean;
    readonly detail: string;
    readonly published: number;
    readonly skipped: Readonly<Record<string, number>>;
  } {
    const { ok, detail, published } = this.#publisher.health();
    const { name } = this.#options.source;
    const isRead = this.#connectedSince !== null;
    return {
      ok: ok && isRead,
      detail: isRead ? detail : `${name} is not read: ${this.#reason}`,
      published,
      skipped: this.#skipped.counts(),
    };
  }

  /** A method, because the compiler takes a property that was false once for false later. */
  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const { source, logger } = this.#options;
    const { signal } = this.#stopping;
    const alarm = setInterval(() => this.#alarm(), LOOK_EVERY_MS);
    let failures = 0;
    while (!this.#stopped()) {
      const began = Date.now();
      try {
        await source.read(this.#inlet(), signal);
      } catch (error) {
        if (this.#stopped()) break;
        this.#reason = error instanceof Error ? error.message : String(error);
      }
      if (this.#connectedSince !== null) this.#awaySince = Date.now();
      this.#connectedSince = null;
      this.#publisher.sayStatus();
      // A connection that is lost as soon as it is there is no reason to hurry, nor one that never was to say it again.
      failures = Date.now() - began > MAX_DELAY_MS ? 1 : failures + 1;
      if (failures === 1)
        logger.warn(
          { source: source.name, reason: this.#reason },
          'a source of the firehose is away; trying again',
        );
      const pause = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(10, failures - 1));
      await sleep(pause / 2 + (pause / 2) * Math.random(), undefined, { signal }).catch(() => undefined); // stopping
    }
    clearInterval(alarm);
  }

  #inlet() {
    return {
      tell: (messages: readonly SourceMessage[]) => this.#tell(messages),
      skip: (reason: Parameters<Skipped['add']>[0]) => this.#skipped.add(reason),
      connected: ({ missed = false } = {}) => {
        if (missed) this.#gaps += 1;
        this.#connectedSince = new Date().toISOString();
        this.#options.logger.info({ source: this.#options.source.name, missed }, 'reading a source');
        this.#publisher.sayStatus();
      },
    };
  }

  async #tell(messages: readonly SourceMessage[]): Promise<void> {
    const told = messages.flatMap((message) => this.#published(message));
    const { signal } = this.#stopping;
    while (told.length > 0) {
      signal.throwIfAborted();
      try {
        await this.#publisher.publish(told);
        return;
      } catch {
        // The publisher says in the log that Mosquitto is away.
        await sleep(TELL_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #published({ path, body }: SourceMessage): FirehoseMessage[] {
    const payload = JSON.stringify(body);
    if (Buffer.byteLength(payload) <= MAX_MESSAGE_BYTES) {
      try {
        return [{ topic: topicOf(this.#options.source.name, ...path), payload }];
      } catch {
        // a topic that is too long
      }
    }
    this.#skipped.add('oversized');
    return [];
  }

  #alarm(): void {
    const awayMs = Date.now() - this.#awaySince;
    if (this.#connectedSince !== null || awayMs < AWAY_MS) return;
    if (Date.now() - this.#alarmedAt < ALARM_AGAIN_MS) return;
    this.#alarmedAt = Date.now();
    const { source, logger } = this.#options;
    const seconds = Math.round(awayMs / 1_000);
    logger.error(
      { source: source.name, reason: this.#reason },
      `a source of the firehose has been away for ${seconds} s`,
    );
  }
}
