import { brokerFacts } from './broker-facts.ts';
import type { PublicType, Told } from './catalogue.ts';
import { catalogue } from './catalogue.ts';
import type { Fields } from './field.ts';
import { jobFacts } from './job-facts.ts';
import type { Json, JsonObject, LogEvent, StreamContext } from './stream-context.ts';
import { tenantFacts } from './tenant-facts.ts';
import { webhookFacts } from './webhook-facts.ts';

/** Whose events a sequence counts. */
export type SubjectKind = 'job' | 'broker' | 'webhook' | 'tenant';

/**
 * An event as it is told outside. `id` is the same in every form and at every telling; `sequence` counts the events of
 * its subject from 1 without a gap, so that a reader can drop what came twice and see what is missing.
 */
export type PublicEvent = {
  readonly id: string;
  readonly tenant: string;
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  readonly sequence: number;
  /** RFC 3339 UTC, the log's clock. */
  readonly time: string;
} & Told;

/**
 * How the facts of each kind of stream are told, by the log's types. Every fact of a kind that stands here is told, or
 * its sequence would have gaps.
 */
export const facts = {
  job: jobFacts,
  broker: brokerFacts,
  webhook: webhookFacts,
  tenant: tenantFacts,
} as const satisfies Partial<Record<SubjectKind, object>>;

type Tell = (event: LogEvent, before: StreamContext) => Told;

/** The kinds of stream whose events are told. */
export const toldKinds = Object.keys(facts) as readonly (keyof typeof facts)[];

/** An event of the log as it is told outside, given what came before it in its stream; undefined where it is not told. */
export function publicEvent(event: LogEvent, before: StreamContext): PublicEvent | undefined {
  const kind = toldKinds.find((known) => known === event.kind);
  if (kind === undefined) return undefined;
  const tell = (facts[kind] as Readonly<Record<string, Tell>>)[event.type];
  if (tell === undefined) return undefined; // of a newer version of Warrener
  return {
    id: `${event.stream}-${event.version}`,
    tenant: event.tenant,
    subject: { kind, id: event.stream.slice(kind.length + 1) },
    sequence: event.version,
    time: event.at,
    ...tell(event, before),
  };
}

/** Its two halves: `job.submitted` → `job`, `submitted`. */
export function kindAndEvent(type: PublicType): { readonly kind: string; readonly event: string } {
  const dot = type.indexOf('.');
  return { kind: type.slice(0, dot), event: type.slice(dot + 1) };
}

/** A CloudEvent 1.0 in its JSON form, with the extensions `sequence` and `tenant`. */
export type CloudEventJson = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly sequencetype: 'Integer';
  readonly sequence: string;
  readonly tenant: string;
  readonly data: JsonObject;
};

/** The `type` of the CloudEvent. */
export const cloudEventType = (type: PublicType): string => `dev.warrener.${type}`;

/** Names the schema of its data, its version included. */
export const dataSchema = (type: PublicType): string =>
  `https://warrener.dev/schemas/${type}/${catalogue[type].version}`;

/** Which installation tells it. */
export const sourceOf = (installation: string): string => `urn:warrener:${installation}`;

/** The tenant's own form: everything. @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export function cloudEvent(event: PublicEvent, source: string): CloudEventJson {
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: cloudEventType(event.type),
    subject: `${event.subject.kind}/${event.subject.id}`,
    time: event.time,
    datacontenttype: 'application/json',
    dataschema: dataSchema(event.type),
    sequencetype: 'Integer',
    sequence: String(event.sequence),
    tenant: event.tenant,
    data: event.data,
  };
}

/** How names are hidden on the firehose. */
export interface Disguise {
  /** A keyed hash: the same text has the same id, and nobody without the key can tell the text from it. */
  readonly opaque: (text: string) => string;
  /** The tenant has said that its name and its brokers' may be read by everybody. */
  readonly named?: boolean;
}

/**
 * The form for everybody: only fields that the catalogue shows, with tenants and names as opaque ids. Undefined where
 * the type is not for everybody.
 */
export function publicForm(
  event: PublicEvent,
  source: string,
  { opaque, named = false }: Disguise,
): CloudEventJson | undefined {
  const { firehose, fields } = catalogue[event.type];
  if (!firehose) return undefined;
  const hide = (text: string): string => (named ? text : opaque(text));
  return { ...cloudEvent(event, source), tenant: hide(event.tenant), data: shown(fields, event.data, hide) };
}

function shown(fields: Fields, data: JsonObject, hide: (text: string) => string): JsonObject {
  const visible: Record<string, Json> = {};
  for (const [name, { shown: how }] of Object.entries(fields)) {
    const value = data[name];
    if (value === undefined || how === 'never') continue;
    visible[name] = how === 'opaque' && typeof value === 'string' ? hide(value) : value;
  }
  return visible;
}
