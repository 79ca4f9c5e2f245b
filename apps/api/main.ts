import { environment, readConfig } from '#platform';
import { openOperations, runProcess, Runtime, runtimeVariables } from '#runtime';
import { apiVariables, startApi } from './server.ts';

await runProcess('warrener-api', async (shutdown, logger) => {
  const config = readConfig(environment(), [...runtimeVariables, ...apiVariables]);
  const runtime = await Runtime.open(config, environment(), logger, shutdown);
  const operations = await openOperations(runtime, config, shutdown);
  const api = await startApi(runtime, config);
  shutdown.add('api', () => api.stop());
  process.stdout.write(`${JSON.stringify({ api: api.url, operations })}\n`);
});
