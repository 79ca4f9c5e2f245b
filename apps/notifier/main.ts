import { environment, readConfig } from '#platform';
import { runProcess, Runtime, runtimeVariables } from '#runtime';
import { notifierVariables, startNotifier } from './notifier.ts';

await runProcess('warrener-notifier', async (shutdown, logger) => {
  const config = readConfig(environment(), [...runtimeVariables, ...notifierVariables]);
  const runtime = await Runtime.open(config, environment(), logger, shutdown);
  const notifier = await startNotifier(runtime, config);
  shutdown.add('notifier', () => notifier.stop());
  process.stdout.write(`${JSON.stringify({ notifier: 'ready' })}\n`);
});
