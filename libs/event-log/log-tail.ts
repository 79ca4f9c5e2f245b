import type { EventLog } from './event-log.ts';
import { Loop } from './loop.ts';
import type { Cursor, Logger, StoredEvent } from './types.ts';
import { silent } from './types.ts';

export interface LogTailOptions {
  readonly after: Cursor;
  /** Gets batches in order; the next one comes after it resolved. A rejection is logged, and the batch comes again. */
  readonly onEvents: (events: readonly StoredEvent[], next: Cursor) => Promise<void>;
  /** Pause between looks where nothing is new, milliseconds. @default 100 */
  readonly intervalMs?: number;
  readonly logger?: Logger;
}

const BATCH = 500;
const AFTER_ERROR_MS = 1_000;

/** Follows the whole log. Starts once; `stop()` may be called twice, or before `start()`. */
export class LogTail {
  readonly #log: EventLog;
  readonly #options: LogTailOptions;
  readonly #loop: Loop;
  #after: Cursor;

  constructor(log: EventLog, options: LogTailOptions) {
    this.#log = log;
    this.#options = options;
    this.#after = options.after;
    this.#loop = new Loop(() => this.#look());
  }

  start(): void {
    this.#loop.start();
  }

  /** Looks at once: something was appended. */
  nudge(): void {
    this.#loop.nudge();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One batch; returns how long to pause before the next look. */
  async #look(): Promise<number> {
    const { onEvents, intervalMs = 100, logger = silent } = this.#options;
    try {
      const { events, next } = await this.#log.readAll(this.#after, BATCH);
      if (events.length > 0) await onEvents(events, next);
      this.#after = next;
      return events.length === BATCH ? 0 : intervalMs;
    } catch (error) {
      logger.warn({ error }, 'following the log failed; trying again');
      return AFTER_ERROR_MS;
    }
  }
}
