import { percentile } from './statistics.mjs';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** Open loop: calls begin when they are due, whatever became of those before. Answers milliseconds: { p50, p99 }. */
export async function openLoop({ perSecond, seconds, call }) {
  const began = performance.now();
  const times = [];
  const calls = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const due = began + (number * 1_000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    calls.push(call().then(() => times.push(performance.now() - due)));
  }
  await Promise.all(calls);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
