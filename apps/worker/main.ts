import { environment, readConfig } from '#platform';
import { runProcess, Runtime, runtimeVariables } from '#runtime';
import { startWorker, workerVariables } from './worker.ts';

await runProcess('warrener-worker', async (shutdown, logger) => {
  const config = readConfig(environment(), [...runtimeVariables, ...workerVariables]);
  const runtime = await Runtime.open(config, environment(), logger, shutdown);
  const worker = await startWorker(runtime, config);
  shutdown.add('worker', () => worker.stop());
});
