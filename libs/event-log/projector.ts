import type { Pool, PoolClient } from 'pg';
import type { EventLog } from './event-log.ts';
import { Loop } from './loop.ts';
import type { Cursor, Logger, Projection, StoredEvent } from './types.ts';
import { silent, START } from './types.ts';

export interface ProjectorOptions {
  readonly logger?: Logger;
  /** Pause between looks where nothing is new, milliseconds. @default 100 */
  readonly intervalMs?: number;
}

const BATCH = 500;
const AFTER_ERROR_MS = 1_000;

/**
 * Keeps read models up to date. Several processes may run it: a projection is worked on by one at a time (a lock held for
 * the transaction), and its checkpoint is moved in the same transaction, so every event counts once.
 *
 * Starts once; `stop()` may be called twice, or before `start()`.
 */
export class Projector {
  readonly #pool: Pool;
  readonly #log: EventLog;
  readonly #projections: readonly Projection[];
  readonly #options: ProjectorOptions;
  readonly #loop: Loop;

  constructor(pool: Pool, log: EventLog, projections: readonly Projection[], options: ProjectorOptions = {}) {
    this.#pool = pool;
    this.#log = log;
    this.#projections = projections;
    this.#options = options;
    this.#loop = new Loop(() => this.#turn());
  }

  start(): void {
    this.#loop.start();
  }

  /** Looks at once: something was appended. */
  nudge(): void {
    this.#loop.nudge();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Applies everything that is visible now to every projection. */
  async catchUp(): Promise<void> {
    for (const projection of this.#projections) while ((await this.#step(projection)) === BATCH);
  }

  /**
   * Throws a read model away and makes it anew from the first event; readers see the old one until it is complete.
   * Returns how many events it was made from.
   */
  async rebuild(name: string): Promise<number> {
    const projection = this.#projections.find((candidate) => candidate.name === name);
    if (projection === undefined) throw new Error(`there is no projection "${name}"`);
    return this.#locked(projection, async (client) => {
      await projection.reset(client);
      let after: Cursor = START;
      let count = 0;
      for (;;) {
        const { events, next } = await this.#log.readAll(after, BATCH);
        count += await applyRelevant(projection, client, events);
        after = next;
        if (events.length < BATCH) break;
      }
      await saveCheckpoint(client, name, after);
      return count;
    });
  }

  async #turn(): Promise<number> {
    const { intervalMs = 100, logger = silent } = this.#options;
    try {
      await this.catchUp();
      return intervalMs;
    } catch (error) {
      logger.warn({ error }, 'a projection could not be brought up to date; trying again');
      return AFTER_ERROR_MS;
    }
  }

  /** One batch; returns how many events it had. */
  async #step(projection: Projection): Promise<number> {
    // Most looks find nothing: that takes two reads and no lock.
    const { rows } = await this.#pool.query<{ cursor: Cursor }>({
      name: 'warrener-checkpoint',
      text: 'select cursor from warrener.checkpoint where consumer = $1',
      values: [projection.name],
    });
    const peek = await this.#log.readAll(rows[0]?.cursor ?? START, 1);
    if (peek.events.length === 0) return 0;
    return this.#locked(projection, async (client) => {
      const after = await checkpoint(client, projection.name);
      const { events, next } = await this.#log.readAll(after, BATCH);
      if (events.length === 0) return 0;
      await applyRelevant(projection, client, events);
      await saveCheckpoint(client, projection.name, next);
      return events.length;
    });
  }

  async #locked<Result>(
    projection: Projection,
    work: (client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `warrener projection ${projection.name}`,
      ]);
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: unknown) => (broken = failure as Error));
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

async function applyRelevant(
  projection: Projection,
  client: PoolClient,
  events: readonly StoredEvent[],
): Promise<number> {
  const relevant = events.filter(({ kind }) => projection.kinds.includes(kind));
  if (relevant.length > 0) await projection.apply(client, relevant);
  return relevant.length;
}

async function checkpoint(client: PoolClient, consumer: string): Promise<Cursor> {
  const { rows } = await client.query<{ cursor: Cursor }>(
    'select cursor from warrener.checkpoint where consumer = $1',
    [consumer],
  );
  return rows[0]?.cursor ?? START;
}

async function saveCheckpoint(client: PoolClient, consumer: string, cursor: Cursor): Promise<void> {
  await client.query(
    `insert into warrener.checkpoint (consumer, cursor) values ($1, $2)
     on conflict (consumer) do update set cursor = excluded.cursor, updated_at = now()`,
    [consumer, cursor],
  );
}
