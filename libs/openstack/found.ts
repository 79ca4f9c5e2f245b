/** What looking something up by name or id can come to. */
export type Found<Thing> =
  | { readonly kind: 'found'; readonly thing: Thing }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] };

/** Picks by id, else by name. Names need not be unique in OpenStack. */
export function pick<Thing extends { readonly id: string; readonly name: string }>(
  things: readonly Thing[],
  nameOrId: string,
): Found<Thing> {
  const byId = things.find(({ id }) => id === nameOrId);
  if (byId !== undefined) return { kind: 'found', thing: byId };
  const named = things.filter(({ name }) => name === nameOrId);
  if (named[0] === undefined) return { kind: 'none' };
  return named.length === 1
    ? { kind: 'found', thing: named[0] }
    : { kind: 'ambiguous', ids: named.map(({ id }) => id) };
}
