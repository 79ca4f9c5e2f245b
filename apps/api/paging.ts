import { z } from 'zod';
import { Problem } from '#platform';

/** `?limit=&cursor=` of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items on a page'),
  cursor: z.string().max(100).optional().describe('The next_cursor of the page before'),
};

/** One page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

/** Cuts a page out of rows read one beyond the limit; the cursor is the last id shown. */
export function page<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(view),
    next_cursor: last === undefined ? null : Buffer.from(last.id).toString('base64url'),
  };
}

const UUID = /^[0-9a-f-]{36}$/;

/** @throws Problem for a cursor that is none of ours */
export function readCursor(cursor: string | undefined, form: RegExp = UUID): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (form.test(id)) return id;
  throw new Problem('invalid-request', 'cursor: expected the next_cursor of an earlier page.', {
    errors: [{ field: 'cursor', message: 'expected the next_cursor of an earlier page' }],
  });
}
