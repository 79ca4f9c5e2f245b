/** Levels, the most urgent first, as docs/priority-queues.md has them: each the queues of one level as they are written. */
export const levelsOf = (priorities: string): readonly string[] => priorities.split(/\s+/).filter(Boolean);

/** A level's queues with their weights. */
export const queuesOf = (level: string): readonly { readonly name: string; readonly weight: string }[] =>
  level.split(',').map((entry) => {
    const [name = '', weight = '1'] = entry.split(':');
    return { name, weight };
  });

/** The list with some of its items before or after another; `moved` keep their order. */
export function reordered<Item>(
  items: readonly Item[],
  moved: ReadonlySet<Item>,
  target: Item,
  where: 'before' | 'after',
): readonly Item[] {
  if (moved.has(target)) return items;
  const staying = items.filter((item) => !moved.has(item));
  const at = staying.indexOf(target) + (where === 'after' ? 1 : 0);
  return [...staying.slice(0, at), ...items.filter((item) => moved.has(item)), ...staying.slice(at)];
}
