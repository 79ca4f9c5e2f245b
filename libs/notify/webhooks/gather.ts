import { setTimeout as sleep } from 'node:timers/promises';

/** Writes what comes at about the same time with one statement. */
export class Gather<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  #waiting: { readonly item: Item; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #running = false;

  /** @param write gets 500 items at most, one call at a time */
  constructor(write: (items: readonly Item[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves once it is written. */
  async add(item: Item): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await sleep(GATHER_MS);
      const batch = this.#waiting.splice(0, MAX_TOGETHER);
      try {
        await this.#write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = false;
  }
}

const MAX_TOGETHER = 500;
/** How long an item waits for others, milliseconds. */
const GATHER_MS = 10;
