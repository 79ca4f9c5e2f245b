import { DBOS } from '@dbos-inc/dbos-sdk';
import { closedLoop } from '../load.mjs';

/** A workflow of as many steps that do nothing, each recorded. */
async function openWorkflow({ database, steps }) {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: database,
    systemDatabasePoolSize: 20,
    logLevel: 'error',
    applicationVersion: '1',
  });
  const workflow = DBOS.registerWorkflow(
    async () => {
      for (let step = 1; step <= steps; step += 1)
        await DBOS.runStep(async () => undefined, { name: `step-${step}` });
    },
    { name: 'bench' },
  );
  await DBOS.launch();
  return { call: () => workflow(), close: () => DBOS.shutdown() };
}

/** Steps per second. */
export async function jobs(options) {
  const { call, close } = await openWorkflow(options);
  const measure = async ({ atOnce, seconds }) =>
    (await closedLoop({ atOnce, seconds, call })) * options.steps;
  return { measure, close };
}

/** A number of jobs, to be counted by others. */
export async function countedJobs(options) {
  const { call, close } = await openWorkflow(options);
  const measure = async ({ atOnce, jobs: count }) => {
    let left = count;
    const caller = async () => {
      while ((left -= 1) >= 0) await call();
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
  };
  return { measure, close };
}
