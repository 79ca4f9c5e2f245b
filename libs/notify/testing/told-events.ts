import { catalogue } from '../core/catalogue.ts';
import type { PublicType } from '../core/catalogue.ts';
import type { PublicEvent } from '../core/public-event.ts';

/** An event of a type, with the catalogue's example for data. */
export function toldEvent(
  type: PublicType,
  subject: string,
  sequence: number,
  data: Readonly<Record<string, unknown>> = {},
): PublicEvent {
  const kind = type.slice(0, type.indexOf('.')) as PublicEvent['subject']['kind'];
  const own = { [`${kind}_id`]: subject };
  return {
    id: `${kind}-${subject}-${sequence}`,
    tenant: 'acme',
    subject: { kind, id: subject },
    sequence,
    time: '2026-03-01T12:00:00.000Z',
    type,
    data: { ...catalogue[type].example, ...own, ...data },
  } as PublicEvent;
}

/** A broker's life, without its end. */
export const lifeOf = (broker: string): readonly PublicEvent[] => [
  toldEvent('broker.requested', broker, 1),
  toldEvent('broker.changed', broker, 2, { status: 'launching' }),
  toldEvent('broker.ready', broker, 3),
];

/** The first of each `id`: what a reader keeps that drops what came twice. */
export function withoutTwice<Item>(items: readonly Item[], idOf: (item: Item) => string): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(idOf(item)) && seen.add(idOf(item)));
}
