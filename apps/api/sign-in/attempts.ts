const WINDOW_MS = 60_000;
/** Addresses remembered; beyond it the oldest are forgotten. */
const MAX_ADDRESSES = 10_000;

/** Counts by address who has tried how often within a minute. */
export class Attempts {
  readonly #most: number;
  readonly #byAddress = new Map<string, readonly number[]>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes one more attempt; where there were too many, milliseconds until there is room again. */
  take(address: string, now: number): number {
    const recent = (this.#byAddress.get(address) ?? []).filter((at) => now - at < WINDOW_MS);
    const [first] = recent;
    if (first !== undefined && recent.length >= this.#most) return first + WINDOW_MS - now;
    this.#byAddress.delete(address); // so that the oldest stay first
    this.#byAddress.set(address, [...recent, now]);
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
    return 0;
  }
}
