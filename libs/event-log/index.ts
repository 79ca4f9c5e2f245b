export { EventLog, isAfter, isCursor } from './event-log.ts';
export type { Horizon } from './event-log.ts';
export { foldProjection } from './fold-projection.ts';
export { outboxLag, readerLags } from './lags.ts';
export type { ReaderLag } from './lags.ts';
export { Loop } from './loop.ts';
export { LogTail } from './log-tail.ts';
export { Projector } from './projector.ts';
export { START } from './types.ts';
export type {
  Append,
  AppendResult,
  Cursor,
  Json,
  JsonObject,
  Loaded,
  OutboxMessage,
  Projection,
  StoredEvent,
  StreamType,
  StreamWrite,
} from './types.ts';
export { write } from './write.ts';

/** The library's numbered schema files. */
export const schemaDirectory = new URL('./schema/', import.meta.url);
