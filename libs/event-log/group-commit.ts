import type { Append, AppendResult } from './types.ts';

/** Rows one statement carries at most. */
const MAX_TOGETHER = 256;
/** Statements under way at once: one runs in the database while the next is gathered. */
const MAX_STATEMENTS = 2;
/** How long a settlement waits for an append to ride along with, milliseconds. */
const SETTLE_WITHIN_MS = 50;

interface Waiting {
  readonly append: Append;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Settling {
  readonly ids: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions {
  /** `settled`: messages to be forgotten in the same statement. */
  readonly together: (
    appends: readonly Append[],
    settled: readonly string[],
  ) => Promise<readonly AppendResult[]>;
  readonly alone: (append: Append) => Promise<AppendResult>;
  readonly settle: (ids: readonly string[]) => Promise<void>;
}

/**
 * Gathers concurrent appends into one statement and one commit. What arrives while statements are under way goes into
 * the next one, so an idle log answers at once and a busy one is bounded by the database's batches, not by round trips.
 *
 * A stream is never in two statements at once, nor twice in one: a comparison would see only one of the two. Where a
 * statement breaks, its appends are tried one by one, so that a poisoned one fails alone.
 *
 * Settlements of messages ride along with appends; where none comes in time they get a statement of their own.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  readonly #busy = new Set<string>();
  #statements = 0;
  #scheduled = false;
  #settling: Settling[] = [];
  #settleTimer: NodeJS.Timeout | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  append(append: Append): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves once the messages are forgotten. */
  settle(ids: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settling.push({ ids, resolve, reject });
      this.#settleTimer ??= setTimeout(() => void this.#settle(this.#takeSettling()), SETTLE_WITHIN_MS);
    });
  }

  #takeSettling(): readonly Settling[] {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    const taken = this.#settling;
    this.#settling = [];
    return taken;
  }

  /** Never rejects. */
  async #settle(settling: readonly Settling[]): Promise<void> {
    if (settling.length === 0) return;
    try {
      await this.#options.settle(settling.flatMap(({ ids }) => ids));
      for (const { resolve } of settling) resolve();
    } catch (error) {
      for (const { reject } of settling) reject(error);
    }
  }

  /** Leaves the current tick's other appends the time to arrive. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#statements < MAX_STATEMENTS && this.#flush());
    });
  }

  #flush(): boolean {
    const batch = this.#take();
    if (batch.length === 0) return false;
    this.#statements += 1;
    void this.#commit(batch).finally(() => {
      this.#statements -= 1;
      for (const { append } of batch) for (const { stream } of append.writes) this.#busy.delete(stream);
      if (this.#waiting.length > 0) this.#schedule();
    });
    return true;
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    let rows = 0;
    for (const waiting of this.#waiting) {
      const { writes } = waiting.append;
      const fits = rows < MAX_TOGETHER && writes.every(({ stream }) => !this.#busy.has(stream));
      if (!fits) {
        left.push(waiting);
        continue;
      }
      for (const { stream } of writes) this.#busy.add(stream);
      rows += writes.length;
      batch.push(waiting);
    }
    this.#waiting = left;
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    let results: readonly AppendResult[];
    const settling = this.#takeSettling();
    try {
      results = await this.#options.together(
        batch.map(({ append }) => append),
        settling.flatMap(({ ids }) => ids),
      );
      for (const { resolve } of settling) resolve();
    } catch {
      await this.#settle(settling);
      // Alone it would break the same way, unless it was another one's fault or a race for a new stream.
      for (const { append, resolve, reject } of batch)
        await this.#options.alone(append).then(resolve, reject);
      return;
    }
    this.#refuseStale(batch.filter((_, index) => results[index]?.ok === true));
    batch.forEach(({ resolve, reject }, index) => {
      const result = results[index];
      if (result === undefined) reject(new Error('the log gave fewer answers than it was asked'));
      else resolve(result);
    });
  }

  /** Versions only grow: who waits with one that was just left behind has lost already, without asking the database. */
  #refuseStale(won: readonly Waiting[]): void {
    const versions = new Map(
      won.flatMap(({ append }) =>
        append.writes.map((write) => [write.stream, write.expectedVersion + write.events.length] as const),
      ),
    );
    const stale = ({ append }: Waiting) =>
      append.writes.find((write) => write.expectedVersion < (versions.get(write.stream) ?? 0));
    const lost = this.#waiting.filter((waiting) => stale(waiting) !== undefined);
    this.#waiting = this.#waiting.filter((waiting) => !lost.includes(waiting));
    for (const waiting of lost) waiting.resolve({ ok: false, conflict: stale(waiting)?.stream ?? '' });
  }
}
