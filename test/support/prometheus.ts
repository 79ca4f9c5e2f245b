/** What a process tells Prometheus: each sample by its name and labels, as they are written. */
export async function scrape(operations: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${operations}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`/metrics was answered ${answer.status}`);
  const samples = (await answer.text()).split('\n').flatMap((line): [string, number][] => {
    const [, name, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, Number(value)]];
  });
  return new Map(samples);
}

/** The sum of the samples whose name and labels match. */
export const sum = (samples: ReadonlyMap<string, number>, pattern: RegExp): number =>
  [...samples].reduce((total, [name, value]) => (pattern.test(name) ? total + value : total), 0);
