import { z } from 'zod';

/** A moment, RFC 3339 in UTC. */
export const time = z.iso.datetime();
/** A text that may not be there. */
export const text = z.string().nullable();
export const facts = z.record(z.string(), z.unknown());

/** A page of a list. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next_cursor: text });

/** A list that has no pages. */
export const all = <Item extends z.ZodType>(item: Item) => z.strictObject({ items: z.array(item) });

/** What a route takes as its query and answers, beyond what its controller says. */
export interface Described {
  readonly query?: z.ZodObject;
  /** The body of the answer with the route's own status. */
  readonly answer: z.ZodType;
}
