/** Numbers that look random and follow from a seed alone. */
export interface Random {
  /** In [0, below), whole. */
  below(below: number): number;
  /** One of them. */
  pick<Item>(items: readonly Item[]): Item;
  /** All of them, in another order. */
  shuffled<Item>(items: readonly Item[]): readonly Item[];
}

/** Marsaglia's xorshift32: the same seed gives the same numbers everywhere. */
export function randomOf(seed: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  const below = (limit: number): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  };
  return {
    below,
    pick,
    shuffled: (items) => {
      const left = [...items];
      return items.map(() => left.splice(below(left.length), 1)[0] as (typeof items)[number]);
    },
  };
}
