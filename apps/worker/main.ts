import { environment, readConfig } from '#platform';
import { openOperations, runProcess, Runtime, runtimeVariables } from '#runtime';
import { startWorker, workerVariables } from './worker.ts';

await runProcess('warrener-worker', async (shutdown, logger) => {
  const config = readConfig(environment(), [...runtimeVariables, ...workerVariables]);
  const runtime = await Runtime.open(config, environment(), logger, shutdown);
  runtime.health.need('rabbitmq'); // else there is no work to do
  const operations = await openOperations(runtime, config, shutdown);
  const worker = await startWorker(runtime, config);
  shutdown.add('worker', () => worker.stop());
  process.stdout.write(`${JSON.stringify({ worker: 'ready', operations })}\n`);
});
