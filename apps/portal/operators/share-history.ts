import { createStore } from '../api/store.ts';
import { sharesOf, withSample } from './shares.ts';
import type { Sample } from './shares.ts';

/** What was seen of the workers while an operator's page was open; the API tells no history. At most an hour. */
export const shareHistory = createStore<readonly Sample[]>([]);

export function recordShares(workers: Parameters<typeof sharesOf>[0], at: number): void {
  shareHistory.set(withSample(shareHistory.get(), sharesOf(workers, at)));
}
