/** Something to be ended when the process ends. */
interface Closing {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** Ends what was started in the reverse order, each bounded in time, so that one that hangs does not keep the rest open. */
export class Shutdown {
  readonly #closings: Closing[] = [];
  #done: Promise<void> | undefined;
  readonly #onError: (name: string, error: unknown) => void;

  constructor(onError: (name: string, error: unknown) => void) {
    this.#onError = onError;
  }

  /** Registers how to end something; called right after it was started. */
  add(name: string, close: Closing['close']): void {
    this.#closings.unshift({ name, close });
  }

  /** Ends everything, once; later calls wait for the first. */
  async run(eachMs = 15_000): Promise<void> {
    this.#done ??= (async () => {
      for (const { name, close } of this.#closings) {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error(`did not end within ${eachMs} ms`)), eachMs);
        });
        await Promise.race([Promise.resolve().then(close), late]).catch((error: unknown) =>
          this.#onError(name, error),
        );
        clearTimeout(timer);
      }
    })();
    await this.#done;
  }
}
