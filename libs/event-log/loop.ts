/**
 * Does one thing again and again, with a pause that can be cut short. `turn` does it once, never throws, and returns how
 * long to pause, milliseconds.
 *
 * Starts once; `stop()` waits for the turn under way, may be called twice, or before `start()`.
 */
export class Loop {
  readonly #turn: () => Promise<number>;
  #running: Promise<void> | undefined;
  #stopped = false;
  #nudged = false;
  #wake: (() => void) | undefined;

  constructor(turn: () => Promise<number>) {
    this.#turn = turn;
  }

  start(): void {
    if (!this.#stopped) this.#running ??= this.#run();
  }

  /** The next turn begins at once, or right after the one under way. */
  nudge(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#nudged = false;
      const pause = await this.#turn();
      if (pause > 0) await this.#pause(pause);
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#nudged || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wake = wake;
    });
  }
}
