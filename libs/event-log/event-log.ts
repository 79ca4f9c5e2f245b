import { trace } from '@opentelemetry/api';
import type { Pool } from 'pg';
import { appendAlone, appendTogether } from './append.ts';
import { DatabaseClock } from './database-clock.ts';
import { GroupCommit } from './group-commit.ts';
import type {
  Append,
  AppendResult,
  Cursor,
  JsonObject,
  Loaded,
  Logger,
  OutboxMessage,
  StoredEvent,
  StreamType,
} from './types.ts';
import { silent, START } from './types.ts';

const tracer = trace.getTracer('warrener');

export interface EventLogOptions {
  readonly logger?: Logger;
}

/** Who holds back the readers of the whole log. */
export interface Horizon {
  /** Age of the oldest write transaction of the cluster, milliseconds; 0 where there is none. */
  readonly lagMs: number;
  readonly blocker: { readonly pid: number; readonly database: string; readonly application: string } | null;
}

interface EventRow {
  readonly epoch: number;
  readonly tx: string;
  readonly position: string;
  readonly stream: string;
  readonly kind: string;
  readonly tenant: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonObject;
  readonly meta: JsonObject;
  readonly at: Date;
}

/** A lag shorter than this is ordinary work. */
const ORDINARY_LAG_MS = 5_000;

/**
 * The log: streams of events in PostgreSQL. An append compares versions and writes events, snapshots and messages in one
 * statement; concurrent appends share a statement and a commit.
 */
export class EventLog {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #group: GroupCommit;
  readonly #clock: DatabaseClock;

  constructor(pool: Pool, options: EventLogOptions = {}) {
    this.#pool = pool;
    this.#logger = options.logger ?? silent;
    this.#clock = new DatabaseClock(pool);
    this.#group = new GroupCommit({
      together: (appends, settled) => appendTogether(pool, appends, settled),
      alone: (append) => appendAlone(pool, append),
      settle: async (ids) => {
        await pool.query({
          name: 'warrener-settle',
          text: 'delete from warrener.outbox where id = any($1)',
          values: [ids],
        });
      },
    });
  }

  /**
   * Writes all of an append or nothing. `ok: false` means that a stream was not where it was expected: load and decide
   * again. A rejection means that it is not known to be written, except for errors of the data itself.
   */
  async append(append: Append): Promise<AppendResult> {
    const streams = new Set(append.writes.map(({ stream }) => stream));
    if (streams.size !== append.writes.length)
      throw new Error('an append writes each stream once; merge its events');
    const span = tracer.startSpan('append', { attributes: { 'warrener.streams': streams.size } });
    return this.#group.append(append).finally(() => span.end());
  }

  /**
   * The database's time, RFC 3339 with milliseconds. What is decided by time is decided by this clock, so that a worker
   * whose own is wrong, or jumps, decides like all others.
   */
  async now(): Promise<string> {
    return new Date(await this.#clock.now()).toISOString();
  }

  /** A stream as it stands; undefined where there is none. */
  async load<State, Event extends { readonly type: string }>(
    type: StreamType<State, Event>,
    stream: string,
  ): Promise<Loaded<State> | undefined> {
    const { rows } = await this.#pool.query<{
      tenant: string;
      version: number;
      state: State;
      state_version: number;
    }>({
      name: 'warrener-load',
      text: 'select tenant, version, state, state_version from warrener.stream where id = $1 and kind = $2',
      values: [stream, type.kind],
    });
    const row = rows[0];
    if (row === undefined) return undefined;
    const { tenant, version } = row;
    const state =
      row.state_version === type.stateVersion ? row.state : await this.#refold(type, stream, version);
    return { stream, tenant, version, state };
  }

  /** The events of one stream, oldest first. */
  async events(
    stream: string,
    options: { readonly afterVersion?: number; readonly limit?: number } = {},
  ): Promise<StoredEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'warrener-events',
      text: 'select * from warrener.event where stream = $1 and version > $2 order by version limit $3',
      values: [stream, options.afterVersion ?? 0, options.limit ?? 10_000],
    });
    return rows.map(storedEvent);
  }

  /**
   * The events of the whole log after a cursor, in an order in which no event ever appears before the cursor later on:
   * by epoch, transaction and position, and of the current epoch only what is older than every write under way.
   */
  async readAll(after: Cursor, limit: number): Promise<{ events: StoredEvent[]; next: Cursor }> {
    const [epoch, tx, position] = parseCursor(after);
    const { rows } = await this.#pool.query<EventRow>({
      name: 'warrener-read-all',
      text: `select * from warrener.event
             where (epoch, tx, position) > ($1::int, $2::text::xid8, $3::bigint)
               and (epoch < (select epoch from warrener.log_meta) or tx < pg_snapshot_xmin(pg_current_snapshot()))
             order by epoch, tx, position
             limit $4`,
      values: [epoch, tx, position, limit],
    });
    const events = rows.map(storedEvent);
    return { events, next: events.at(-1)?.cursor ?? after };
  }

  /** The cursor behind the newest visible event. */
  async end(): Promise<Cursor> {
    const { rows } = await this.#pool.query<Pick<EventRow, 'epoch' | 'tx' | 'position'>>(
      `select epoch, tx, position from warrener.event
       where epoch < (select epoch from warrener.log_meta) or tx < pg_snapshot_xmin(pg_current_snapshot())
       order by epoch desc, tx desc, position desc limit 1`,
    );
    return rows[0] === undefined ? START : cursorOf(rows[0]);
  }

  /**
   * Messages that were due longer ago than `olderThanMs` and are not settled. Several processes may read the same ones:
   * publishing one twice is harmless, the turn it names is taken once.
   */
  async overdueMessages(olderThanMs: number, limit: number): Promise<OutboxMessage[]> {
    const { rows } = await this.#pool.query<{ id: string; queue: string; body: JsonObject; due_at: Date }>({
      name: 'warrener-overdue',
      text: `select id, queue, body, due_at from warrener.outbox
             where due_at < now() - $1 * interval '1 millisecond' order by due_at limit $2`,
      values: [olderThanMs, limit],
    });
    return rows.map(({ id, queue, body, due_at: dueAt }) => ({
      id,
      queue,
      body,
      dueAt: dueAt.toISOString(),
    }));
  }

  /** Forgets messages that are with the broker: along with the next append, or by itself soon after. */
  async settleMessages(ids: readonly string[]): Promise<void> {
    await this.#group.settle(ids);
  }

  /** How far behind the readers of the whole log are, and who holds them back. */
  async horizon(): Promise<Horizon> {
    const { rows } = await this.#pool.query<{
      pid: number;
      database: string;
      application: string;
      ms: string;
    }>(
      `select pid, coalesce(datname, '') as database, coalesce(application_name, '') as application,
              extract(epoch from clock_timestamp() - xact_start) * 1000 as ms
       from pg_stat_activity
       where backend_xid is not null and pid <> pg_backend_pid()
       order by xact_start limit 1`,
    );
    const oldest = rows[0];
    if (oldest === undefined) return { lagMs: 0, blocker: null };
    const lagMs = Math.max(0, Math.round(Number(oldest.ms)));
    const { pid, database, application } = oldest;
    if (lagMs > ORDINARY_LAG_MS)
      this.#logger.warn(
        { pid, database, application, lagMs },
        'an open transaction holds back the readers of the log',
      );
    return { lagMs, blocker: { pid, database, application } };
  }

  /** Begins a new epoch; to be called once after a restore into another cluster, where transaction ids start again. */
  async beginEpoch(): Promise<number> {
    const { rows } = await this.#pool.query<{ epoch: number }>(
      'update warrener.log_meta set epoch = epoch + 1 returning epoch',
    );
    if (rows[0] === undefined) throw new Error('the log has no epoch; is the schema complete?');
    return rows[0].epoch;
  }

  async #refold<State, Event extends { readonly type: string }>(
    type: StreamType<State, Event>,
    stream: string,
    version: number,
  ): Promise<State> {
    const stored = await this.events(stream, { limit: version });
    return stored.reduce(
      (state, { type: name, data }) => type.evolve(state, { ...data, type: name } as unknown as Event),
      type.initial(),
    );
  }
}

const cursorOf = ({ epoch, tx, position }: Pick<EventRow, 'epoch' | 'tx' | 'position'>): Cursor =>
  `${epoch}-${tx}-${position}`;

const CURSOR = /^(\d{1,9})-(\d{1,19})-(\d{1,18})$/;

/** Whether a text that came from outside has the form of a cursor. */
export const isCursor = (text: string): text is Cursor => CURSOR.test(text);

/** Whether one place in the log lies behind another. */
export function isAfter(one: Cursor, other: Cursor): boolean {
  const [ones, others] = [parseCursor(one).map(BigInt), parseCursor(other).map(BigInt)];
  const unequal = ones.findIndex((part, index) => part !== others[index]);
  return unequal >= 0 && (ones[unequal] ?? 0n) > (others[unequal] ?? 0n);
}

function parseCursor(cursor: Cursor): [string, string, string] {
  const [, epoch, tx, position] = CURSOR.exec(cursor) ?? [];
  if (epoch === undefined || tx === undefined || position === undefined)
    throw new Error(`"${cursor}" is no cursor of this log`);
  return [epoch, tx, position];
}

function storedEvent(row: EventRow): StoredEvent {
  const { stream, kind, tenant, version, type, data, meta } = row;
  return { stream, kind, tenant, version, type, data, meta, at: row.at.toISOString(), cursor: cursorOf(row) };
}
