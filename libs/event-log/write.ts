import type { JsonObject, Loaded, StreamType, StreamWrite } from './types.ts';

/** Largest event, bytes of JSON. */
const MAX_EVENT_BYTES = 64 * 1024;

/**
 * The write that appends events to a stream: to one that was loaded, or to a new one.
 *
 * @throws Error where an event is larger than 64 KiB
 */
export function write<State, Event extends { readonly type: string }>(
  type: StreamType<State, Event>,
  target: Loaded<State> | { readonly stream: string; readonly tenant: string },
  events: readonly Event[],
): StreamWrite {
  const before = 'version' in target ? target : { version: 0, state: type.initial() };
  return {
    stream: target.stream,
    kind: type.kind,
    tenant: target.tenant,
    expectedVersion: before.version,
    events: events.map(({ type: name, ...data }) => ({
      type: name,
      data: bounded(name, data as JsonObject),
    })),
    state: events.reduce((state, event) => type.evolve(state, event), before.state) as JsonObject,
    stateVersion: type.stateVersion,
  };
}

function bounded(name: string, data: JsonObject): JsonObject {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MAX_EVENT_BYTES)
    throw new Error(`${name}: ${bytes} bytes are more than an event may have (${MAX_EVENT_BYTES})`);
  return data;
}
