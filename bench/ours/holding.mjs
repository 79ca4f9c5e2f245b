import { openEngine } from './engine.mjs';

/** A worker whose steps never end; `measure` answers when its first one began (milliseconds since 1970). */
export async function holding(options) {
  let begun;
  const first = new Promise((resolve) => (begun = resolve));
  const run = () => {
    begun(Date.now());
    return new Promise(() => undefined);
  };
  const engine = await openEngine({ ...options, steps: 1, run });
  const measure = async ({ submit }) => {
    if (submit) await engine.submit();
    return first;
  };
  return { measure, close: () => void setImmediate(() => process.exit(0)) };
}
