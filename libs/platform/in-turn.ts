/** Waiting for one key at once, at most. */
const MAX_WAITING = 512;

/**
 * Lets those who want the same thing have it one after the other, within this process, and delays nobody who wants
 * another. For appends that would only meet each other's conflict.
 */
export class InTurn {
  readonly #last = new Map<string, { readonly done: Promise<unknown>; readonly waiting: number }>();

  /** Does the work when those before it are done, however they ended. Undefined where too many wait already. */
  async take<Result>(key: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const before = this.#last.get(key);
    const waiting = (before?.waiting ?? 0) + 1;
    if (waiting > MAX_WAITING) return undefined;
    const mine = before === undefined ? work() : before.done.then(work, work);
    const done = mine.then(
      () => this.#leave(key),
      () => this.#leave(key),
    );
    this.#last.set(key, { done, waiting });
    return mine;
  }

  #leave(key: string): void {
    const last = this.#last.get(key);
    if (last === undefined) return;
    if (last.waiting === 1) this.#last.delete(key);
    else this.#last.set(key, { done: last.done, waiting: last.waiting - 1 });
  }
}
