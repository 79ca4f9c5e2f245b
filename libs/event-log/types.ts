import type { ClientBase } from 'pg';

/** Plain data, as it is stored. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** How the events of one kind of stream fold. Raise `stateVersion` when `evolve` changes meaning: snapshots of another version are folded anew. */
export interface StreamType<State, Event extends { readonly type: string }> {
  readonly kind: string;
  readonly stateVersion: number;
  initial(): State;
  evolve(state: State, event: Event): State;
}

/** A stream as it stands now. `version` counts its events. */
export interface Loaded<State> {
  readonly stream: string;
  readonly tenant: string;
  readonly version: number;
  readonly state: State;
}

/** What an append does to one stream. Made by `write`. */
export interface StreamWrite {
  readonly stream: string;
  readonly kind: string;
  readonly tenant: string;
  /** The version the stream must have; 0: it must not exist. */
  readonly expectedVersion: number;
  readonly events: readonly { readonly type: string; readonly data: JsonObject }[];
  /** The fold after these events, kept with the stream as its snapshot. */
  readonly state: JsonObject;
  readonly stateVersion: number;
}

/**
 * A message that must be published at or after `dueAt` (RFC 3339; null: at once). It is written with the events that
 * call for it and forgotten once settled.
 */
export interface OutboxMessage {
  /** uuidv7 */
  readonly id: string;
  readonly queue: string;
  readonly body: JsonObject;
  readonly dueAt: string | null;
}

/** One append: all of its writes and messages, or none of them. */
export interface Append {
  readonly writes: readonly StreamWrite[];
  readonly messages?: readonly OutboxMessage[];
  /** Streams that must not exist: a look at them that needs no statement of its own. */
  readonly absent?: readonly string[];
  /** Kept with every event: who, by which worker, in which trace. */
  readonly meta?: JsonObject;
}

/** `conflict` names a stream that had another version than expected. */
export type AppendResult = { readonly ok: true } | { readonly ok: false; readonly conflict: string };

/** A place in the whole log. Opaque; kept and handed back, compared by the log only. */
export type Cursor = string;

/** The place before the first event. */
export const START: Cursor = '0-0-0';

/** An event as the log keeps it. `at` is the database's clock, RFC 3339. */
export interface StoredEvent {
  readonly stream: string;
  readonly kind: string;
  readonly tenant: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonObject;
  readonly meta: JsonObject;
  readonly at: string;
  readonly cursor: Cursor;
}

/** A read model: applied together with its checkpoint in one transaction; rebuilt by `reset` and a replay from the start. */
export interface Projection {
  readonly name: string;
  /** The kinds of stream it reads. */
  readonly kinds: readonly string[];
  reset(client: ClientBase): Promise<void>;
  apply(client: ClientBase, events: readonly StoredEvent[]): Promise<void>;
}

/** The part of a structured logger that is used here (pino's order of arguments). */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** For those who do not want to hear. */
export const silent: Logger = { info: () => undefined, warn: () => undefined };
