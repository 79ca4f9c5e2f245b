import type { PublicType, Told } from '../core/catalogue.ts';
import { catalogue } from '../core/catalogue.ts';
import type { CloudEventJson, Disguise, PublicEvent, SubjectKind } from '../core/public-event.ts';
import { cloudEvent, kindAndEvent, sourceOf } from '../core/public-event.ts';

/** The installation that tells the examples. */
export const exampleSource = sourceOf('example');

/** Hides names in the examples; what it makes of them only looks like it. */
export const exampleHiding: Disguise = { opaque: () => '3f8a5c0e9b7d42161c0d' };

/** An event of each type, as it could be told. */
export function exampleEvent(type: PublicType): PublicEvent {
  const { example } = catalogue[type];
  // Steps are told of by the stream of their job, and limits by their tenant's.
  const { kind: first } = kindAndEvent(type);
  const kind = ({ step: 'job', limit: 'tenant' }[first] ?? first) as SubjectKind;
  const id = (example as Readonly<Record<string, string>>)[`${kind}_id`] ?? 'acme';
  return {
    id: `${kind}-${id}-7`,
    tenant: 'acme',
    subject: { kind, id },
    sequence: 7,
    time: '2026-03-01T12:00:00.000Z',
    ...({ type, data: example } as Told),
  };
}

/** The same in the tenant's own form. */
export const exampleForm = (type: PublicType): CloudEventJson =>
  cloudEvent(exampleEvent(type), exampleSource);
