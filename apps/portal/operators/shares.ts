/** As much of a worker as shares need. */
interface Consumer {
  readonly state: string;
  readonly consumed: readonly string[];
}

/** How much of the workers each queue has at a moment: together 1, or nothing where nobody works. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly shares: ReadonlyMap<string, number>;
}

/** Each worker counts once, in equal parts for the queues it is subscribed to. */
export function sharesOf(workers: readonly Consumer[], at: number): Sample {
  const busy = workers.filter(({ state, consumed }) => state === 'working' && consumed.length > 0);
  const shares = new Map<string, number>();
  for (const { consumed } of busy)
    for (const queue of consumed)
      shares.set(queue, (shares.get(queue) ?? 0) + 1 / consumed.length / busy.length);
  return { at, shares };
}

/** The samples of the last hour with one more. */
export const HOUR_MS = 3_600_000;
export const withSample = (samples: readonly Sample[], sample: Sample): readonly Sample[] => [
  ...samples.filter(({ at }) => sample.at - at < HOUR_MS),
  sample,
];

/** An area of a stacked chart. */
export interface Band {
  readonly queue: string;
  /** What a path element draws. */
  readonly path: string;
  /** The share at the end. */
  readonly now: number;
}

/**
 * The bands of a stacked chart, from the bottom, over a box; time runs from the first sample to the last. A sample holds
 * until the next one, so that bands have steps and no slopes.
 */
export function bandsOf(samples: readonly Sample[], box: { width: number; height: number }): readonly Band[] {
  const first = samples[0]?.at ?? 0;
  const last = samples.at(-1)?.at ?? 0;
  const x = (at: number): number =>
    last === first ? box.width : ((at - first) / (last - first)) * box.width;
  const y = (share: number): number => box.height * (1 - share);
  const queues = [...new Set(samples.flatMap(({ shares }) => [...shares.keys()]))].sort();
  const floors = samples.map(() => 0);
  return queues.map((queue) => {
    const top: string[] = [];
    const bottom: string[] = [];
    samples.forEach(({ at, shares }, index) => {
      const from = samples.length === 1 ? 0 : x(at);
      const to = x(samples[index + 1]?.at ?? at);
      const floor = floors[index] ?? 0;
      const ceiling = floor + (shares.get(queue) ?? 0);
      floors[index] = ceiling;
      top.push(point(from, y(ceiling)), point(to, y(ceiling)));
      bottom.unshift(point(to, y(floor)), point(from, y(floor)));
    });
    const path = `M${[...top, ...bottom].join('L')}Z`;
    return { queue, path, now: samples.at(-1)?.shares.get(queue) ?? 0 };
  });
}

const point = (x: number, y: number): string => `${round(x)},${round(y)}`;
const round = (number: number): number => Math.round(number * 10) / 10;
