import { environment, readConfig } from '#platform';
import { openOperations, runProcess, Runtime, runtimeVariables } from '#runtime';
import { notifierVariables, startNotifier } from './notifier.ts';

await runProcess('warrener-notifier', async (shutdown, logger) => {
  const config = readConfig(environment(), [...runtimeVariables, ...notifierVariables]);
  const runtime = await Runtime.open(config, environment(), logger, shutdown);
  const operations = await openOperations(runtime, config, shutdown);
  const notifier = await startNotifier(runtime, config);
  shutdown.add('notifier', () => notifier.stop());
  process.stdout.write(`${JSON.stringify({ notifier: 'ready', operations })}\n`);
});
