/** The facts of a worker pool: what its workers consume, in which order. */
export type PoolEvent =
  | { readonly type: 'PoolPrioritiesSet'; readonly pool: string; readonly priorities: string }
  | { readonly type: 'PoolRemoved'; readonly pool: string };

/** A pool, as its events fold. `priorities` is written as QUEUE_PRIORITY is; null where the pool was removed. */
export type Pool = { readonly name: string; readonly priorities: string | null };

/** Null before it was configured. */
export type PoolState = Pool | null;

export const initialPool = (): PoolState => null;

/** The state after an event. */
export const evolvePool = (_pool: PoolState, event: PoolEvent): PoolState => ({
  name: event.pool,
  priorities: event.type === 'PoolRemoved' ? null : event.priorities,
});

/** The events that follow; none where nothing changes. `priorities` null removes the pool. */
export function decidePool(state: PoolState, pool: string, priorities: string | null): readonly PoolEvent[] {
  if ((state?.priorities ?? null) === priorities) return [];
  return priorities === null
    ? [{ type: 'PoolRemoved', pool }]
    : [{ type: 'PoolPrioritiesSet', pool, priorities }];
}
