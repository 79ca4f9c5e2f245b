import { v7 as uuidv7 } from 'uuid';
import { closedLoop } from '../load.mjs';
import { openEngine } from './engine.mjs';

/** Jobs from their submission to the recorded end. */
async function openJobs(options) {
  const engine = await openEngine(options);
  const call = async () => {
    const job = uuidv7();
    const ended = engine.ended(job);
    await engine.submit(job);
    await ended;
  };
  return { call, close: engine.close };
}

/** Steps per second. */
export async function jobs(options) {
  const { call, close } = await openJobs(options);
  const measure = async ({ atOnce, seconds }) =>
    (await closedLoop({ atOnce, seconds, call })) * options.steps;
  return { measure, close };
}

/** A number of jobs, to be counted by others. */
export async function countedJobs(options) {
  const { call, close } = await openJobs(options);
  const measure = async ({ atOnce, jobs: count }) => {
    let left = count;
    const caller = async () => {
      while ((left -= 1) >= 0) await call();
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
  };
  return { measure, close };
}
