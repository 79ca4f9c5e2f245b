type Close = () => unknown;

const closings: Close[] = [];

/** Ends something after the test at hand, whatever comes of it; what was registered last ends first. */
export function closing(close: Close): void {
  closings.push(close);
}

afterEach(async () => {
  for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
}, 60_000);

/** Waits for a fact. Rejects, saying which, where it does not come true. */
export async function until(
  fact: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
