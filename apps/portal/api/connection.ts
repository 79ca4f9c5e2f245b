import { createStore } from './store.ts';

const ASK_AGAIN_MS = 2_000;

/** True while the API cannot be reached. */
export const lost = createStore(false);

/** Asks again and again while the API cannot be reached, and says so once when it answers. Returns how to stop. */
export function watchConnection(recovered: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (): Promise<void> => {
    try {
      await fetch('/healthz', { signal: AbortSignal.timeout(ASK_AGAIN_MS) });
      lost.set(false);
    } catch {
      timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    }
  };
  const unsubscribe = lost.subscribe(() => {
    clearTimeout(timer);
    if (lost.get()) timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    else recovered();
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
