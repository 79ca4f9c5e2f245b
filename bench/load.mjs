import { performance } from 'node:perf_hooks';

/** Closed loop: `atOnce` callers, each calling again as soon as it is answered. Answers calls per second. */
export async function closedLoop({ atOnce, seconds, call }) {
  const began = performance.now();
  const end = began + seconds * 1_000;
  let calls = 0;
  const caller = async () => {
    while (performance.now() < end) {
      await call();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return (calls / (performance.now() - began)) * 1_000;
}
