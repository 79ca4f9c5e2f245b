import { openLoop } from '../load.mjs';
import { openEngine } from './engine.mjs';
import { v7 as uuidv7 } from 'uuid';

/** Milliseconds from asking for a job until its first step begins: { p50, p99 }. */
export async function startLatency(options) {
  const begun = new Map();
  const run = async (job) => begun.get(job)?.();
  const engine = await openEngine({ ...options, steps: 1, run });
  const call = async () => {
    const job = uuidv7();
    const started = new Promise((resolve) => begun.set(job, resolve));
    await engine.submit(job);
    await started;
    begun.delete(job);
  };
  return { measure: ({ perSecond, seconds }) => openLoop({ perSecond, seconds, call }), close: engine.close };
}
