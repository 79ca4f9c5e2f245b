type Close = () => unknown;

const closings: Close[] = [];

/** Ends something after the test at hand, whatever comes of it; what was registered last ends first. */
export function closing(close: Close): void {
  closings.push(close);
}

afterEach(async () => {
  for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
}, 60_000);
