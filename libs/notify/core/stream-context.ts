/** Plain data, as the log keeps it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** An event of the log, as far as it matters here; the event log's own type fits it. */
export interface LogEvent {
  readonly stream: string;
  readonly kind: string;
  readonly tenant: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonObject;
  readonly at: string;
}

/** What must be known of a stream's earlier events to tell the next one. It is computed from the log alone, so every telling of an event is the same. */
export interface StreamContext {
  /** How many events it is made of. */
  readonly version: number;
  /** The first event's data: what was asked for. */
  readonly first: JsonObject;
  /** The newest event's type. */
  readonly last: string;
  /** The newest run's attempt, for jobs. */
  readonly attempt: number;
  /** Whether its deletion was asked for, for brokers. */
  readonly deleting: boolean;
}

/** Before the first event. */
export const nothingYet: StreamContext = { version: 0, first: {}, last: '', attempt: 1, deleting: false };

/** What is known after an event. */
export function learn(context: StreamContext, event: LogEvent): StreamContext {
  return {
    version: event.version,
    first: context.version === 0 ? event.data : context.first,
    last: event.type,
    attempt: event.type === 'StepStarted' ? numberOf(event.data['attempt'], 1) : context.attempt,
    deleting: context.deleting || event.type === 'BrokerDeletionRequested',
  };
}

/** A text, or nothing. */
export const textOrNull = (value: Json | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export const textOf = (value: Json | undefined): string => textOrNull(value) ?? '';

export const numberOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

/** The name of something that the log keeps with its id. */
export const nameOf = (value: Json | undefined): string | null =>
  isObject(value) ? textOrNull(value['name']) : null;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
