import type { EventLog } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import type { Pool } from './core/pool.ts';
import { decidePool } from './core/pool.ts';
import { INSTALLATION, poolStream, poolStreamId } from './streams.ts';

const MAX_CONFLICTS = 10;

/** What a pool's workers are to consume; undefined where nothing is configured. */
export async function loadPool(
  log: EventLog,
  name: string,
): Promise<{ readonly name: string; readonly priorities: string } | undefined> {
  const pool = (await log.load(poolStream, poolStreamId(name)))?.state;
  return pool?.priorities === undefined || pool.priorities === null
    ? undefined
    : { name, priorities: pool.priorities };
}

/**
 * Configures a pool, or removes its configuration (null). The list is taken as it is: whoever calls has checked it.
 *
 * @returns whether anything changed
 */
export async function setPool(
  log: EventLog,
  name: string,
  priorities: Pool['priorities'],
  by: string,
): Promise<boolean> {
  const stream = poolStreamId(name);
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const loaded = await log.load(poolStream, stream);
    const events = decidePool(loaded?.state ?? null, name, priorities);
    if (events.length === 0) return false;
    const target = loaded ?? { stream, tenant: INSTALLATION };
    const result = await log.append({ writes: [write(poolStream, target, events)], meta: { by } });
    if (result.ok) return true;
  }
  throw new Problem('unavailable', 'Too many changes to this pool at once; try again.');
}
