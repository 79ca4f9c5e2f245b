import type { Pool } from 'pg';

/** How long a reading is good for, milliseconds: in that time a machine's own oscillator drifts by less than one. */
const GOOD_MS = 10_000;

/**
 * The database's clock, as the one clock of all processes. Read now and then; in between it is carried on by the time that
 * has passed here, which, unlike this machine's wall clock, never jumps.
 */
export class DatabaseClock {
  readonly #pool: Pick<Pool, 'query'>;
  /** The database's time at the zero of this process's monotonic clock, and when that was read. */
  #reading: { readonly zero: number; readonly at: number } | undefined;

  constructor(pool: Pick<Pool, 'query'>) {
    this.#pool = pool;
  }

  /** Milliseconds since 1970. Rejects only where the database was never reached. */
  async now(): Promise<number> {
    if (this.#reading === undefined || performance.now() - this.#reading.at > GOOD_MS) await this.#read();
    return Math.round((this.#reading?.zero ?? 0) + performance.now());
  }

  async #read(): Promise<void> {
    const before = performance.now();
    try {
      const { rows } = await this.#pool.query<{ ms: string }>(
        'select extract(epoch from clock_timestamp()) * 1000 as ms',
      );
      const at = performance.now();
      this.#reading = { zero: Number(rows[0]?.ms) - (before + at) / 2, at };
    } catch (error) {
      if (this.#reading === undefined) throw error;
    }
  }
}
