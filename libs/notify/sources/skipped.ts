import type { Logger } from '../logger.ts';
import type { SkipReason } from './source.ts';

const LOG_EVERY_MS = 60_000;

/** Counts what a source leaves out; says so at once, and then once a minute at most. */
export class Skipped {
  readonly #logger: Logger;
  readonly #source: string;
  readonly #counts = new Map<SkipReason, number>();
  #unsaid = 0;
  #saidAt = -Infinity;

  constructor(logger: Logger, source: string) {
    this.#logger = logger;
    this.#source = source;
  }

  add(reason: SkipReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (reason !== 'not public') this.#unsaid += 1; // which is as it should be
    if (this.#unsaid === 0 || performance.now() - this.#saidAt < LOG_EVERY_MS) return;
    this.#saidAt = performance.now();
    const fields = { source: this.#source, skipped: this.#unsaid, since_start: this.counts() };
    this.#logger.warn(fields, 'a source sent what cannot be told; it is left out');
    this.#unsaid = 0;
  }

  /** How many were left out since the start, by why. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
