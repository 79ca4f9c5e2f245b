export type { Channel } from './channel.ts';
export { catalogue, publicTypes } from './core/catalogue.ts';
export type { PublicData, PublicType } from './core/catalogue.ts';
export {
  cloudEvent,
  cloudEventType,
  dataSchema,
  facts,
  kindAndEvent,
  publicEvent,
  publicForm,
  sourceOf,
  toldKinds,
} from './core/public-event.ts';
export type { CloudEventJson, Disguise, PublicEvent, SubjectKind } from './core/public-event.ts';
export { learn, nothingYet } from './core/stream-context.ts';
export type { LogEvent, StreamContext } from './core/stream-context.ts';
export { opaqueIds } from './opaque.ts';
