import { environment, readConfig } from '#platform';
import { openOperations, runProcess, Runtime, runtimeVariables } from '#runtime';
import { apiVariables, startApi } from '../api/server.ts';
import { notifierVariables, startNotifier } from '../notifier/notifier.ts';
import { startWorker, workerVariables } from '../worker/worker.ts';

/** All of the server side in one process: what `npm start` runs. */
await runProcess('warrener', async (shutdown, logger) => {
  const config = readConfig(environment(), [
    ...runtimeVariables,
    ...apiVariables,
    ...workerVariables,
    ...notifierVariables,
  ]);
  const runtime = await Runtime.open(config, environment(), logger, shutdown);
  const operations = await openOperations(runtime, config, shutdown);
  const worker = await startWorker(runtime, config);
  shutdown.add('worker', () => worker.stop());
  const notifier = await startNotifier(runtime, config);
  shutdown.add('notifier', () => notifier.stop());
  const api = await startApi(runtime, config);
  shutdown.add('api', () => api.stop());
  process.stdout.write(`${JSON.stringify({ api: api.url, operations })}\n`);
});
