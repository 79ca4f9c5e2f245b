import type { ClientBase } from 'pg';
import type { JsonObject, Projection, StoredEvent, StreamType } from './types.ts';

export interface FoldProjection<State, Event extends { readonly type: string }> {
  readonly name: string;
  readonly type: StreamType<State, Event>;
  /**
   * Its table. Besides the columns that `row` fills it has: stream (text, primary key), tenant (text), state (jsonb),
   * version (integer), created_at and updated_at (timestamptz).
   */
  readonly table: string;
  /** The columns people search and sort by. */
  readonly row: (state: State) => JsonObject;
}

interface Row {
  readonly stream: string;
  readonly tenant: string;
  readonly state: JsonObject;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A read model with one row a stream: the stream's own fold, and the columns made from it. The fold is written once. */
export function foldProjection<State, Event extends { readonly type: string }>(
  options: FoldProjection<State, Event>,
): Projection {
  const { name, type, table, row } = options;
  return {
    name,
    kinds: [type.kind],
    reset: async (client) => {
      await client.query(`delete from ${table}`);
    },
    apply: async (client, events) => {
      const rows = new Map((await load(client, table, events)).map((known) => [known.stream, known]));
      for (const stored of events) {
        const before = rows.get(stored.stream);
        const event = { ...stored.data, type: stored.type } as unknown as Event;
        const state = type.evolve((before?.state as State | undefined) ?? type.initial(), event);
        rows.set(stored.stream, {
          stream: stored.stream,
          tenant: stored.tenant,
          state: state as JsonObject,
          version: stored.version,
          created_at: before?.created_at ?? stored.at,
          updated_at: stored.at,
          ...row(state),
        });
      }
      await client.query(`delete from ${table} where stream = any($1)`, [[...rows.keys()]]);
      await client.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`, [
        JSON.stringify([...rows.values()]),
      ]);
    },
  };
}

async function load(
  client: ClientBase,
  table: string,
  events: readonly StoredEvent[],
): Promise<readonly Row[]> {
  const streams = [...new Set(events.map((event) => event.stream))];
  const { rows } = await client.query<{ row: Row }>(
    `select to_jsonb(t) as row from ${table} t where stream = any($1)`,
    [streams],
  );
  return rows.map((found) => found.row);
}
