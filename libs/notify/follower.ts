import type { Cursor, EventLog } from '#event-log';
import { Loop, START } from '#event-log';
import type { Pool, PoolClient } from 'pg';
import type { Channel } from './channel.ts';
import type { Logger } from './logger.ts';
import { Teller } from './teller.ts';

const BATCH = 500;
const INTERVAL_MS = 100;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/**
 * Brings every event to one channel, at least once and in the log's order. The checkpoint moves after the channel has
 * taken a batch, and several processes may run it: a channel is worked on by one at a time.
 *
 * Starts once; `stop()` waits for the batch under way, may be called twice, or before `start()`.
 */
export class Follower {
  readonly #pool: Pool;
  readonly #log: EventLog;
  readonly #channel: Channel;
  readonly #logger: Logger;
  readonly #teller: Teller;
  readonly #loop: Loop;
  #failures = 0;

  constructor(pool: Pool, log: EventLog, channel: Channel, logger: Logger) {
    this.#pool = pool;
    this.#log = log;
    this.#channel = channel;
    this.#logger = logger;
    this.#teller = new Teller(log);
    this.#loop = new Loop(() => this.#turn());
  }

  start(): void {
    this.#loop.start();
  }

  /** Looks at once: something was appended. */
  nudge(): void {
    if (this.#failures === 0) this.#loop.nudge(); // one that is down is not pressed
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #turn(): Promise<number> {
    try {
      const count = await this.#batch();
      if (this.#failures > 0)
        this.#logger.info({ channel: this.#channel.name }, 'the channel takes events again');
      this.#failures = 0;
      return count === BATCH ? 0 : INTERVAL_MS;
    } catch (error) {
      if (this.#failures === 0)
        this.#logger.warn({ error, channel: this.#channel.name }, 'a channel took no events; trying again');
      this.#failures += 1;
      return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, this.#failures - 1));
    }
  }

  /** One batch; returns how many events of the log it had. */
  async #batch(): Promise<number> {
    // Most looks find nothing: that takes two reads and no lock.
    const peek = await this.#log.readAll(await this.#checkpoint(this.#pool), 1);
    if (peek.events.length === 0) return 0;
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      // The transaction writes at its very end only, so that it holds back no reader of the log meanwhile.
      await client.query('begin');
      const { rows } = await client.query<{ ours: boolean }>(
        'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as ours',
        [`warrener channel ${this.#channel.name}`],
      );
      const count = rows[0]?.ours === true ? await this.#deliver(client) : 0;
      await client.query('commit');
      return count;
    } catch (error) {
      await client.query('rollback').catch((failure: unknown) => (broken = failure as Error));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #deliver(client: PoolClient): Promise<number> {
    const { events, next } = await this.#log.readAll(await this.#checkpoint(client), BATCH);
    if (events.length === 0) return 0;
    const told = await this.#teller.tell(events);
    if (told.length > 0) await this.#channel.deliver(told.map(({ event }) => event));
    await client.query(
      `insert into warrener.checkpoint (consumer, cursor) values ($1, $2)
       on conflict (consumer) do update set cursor = excluded.cursor, updated_at = now()`,
      [this.#consumer, next],
    );
    return events.length;
  }

  async #checkpoint(client: Pool | PoolClient): Promise<Cursor> {
    const { rows } = await client.query<{ cursor: Cursor }>(
      'select cursor from warrener.checkpoint where consumer = $1',
      [this.#consumer],
    );
    return rows[0]?.cursor ?? START;
  }

  get #consumer(): string {
    return `channel/${this.#channel.name}`;
  }
}
