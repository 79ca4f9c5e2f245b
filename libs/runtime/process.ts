import type { Logger } from '#platform';
import { ConfigError, createLogger, environment, readConfig, Shutdown } from '#platform';
import { CloudConfigError } from '#openstack';
import { startTracing } from '#telemetry';

/**
 * Runs a server process: starts it, ends it in order on SIGTERM and SIGINT, and says in one sentence what is wrong where
 * it cannot start (exit code 1; 2 for its configuration).
 */
export async function runProcess(
  name: string,
  start: (shutdown: Shutdown, logger: Logger) => Promise<void>,
): Promise<void> {
  let logger: Logger | undefined;
  const shutdown = new Shutdown((what, error) =>
    logger?.error({ error, what }, 'could not be ended in order'),
  );
  const end = (signal: string): void => {
    logger?.info({ signal }, 'stopping');
    void shutdown.run().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    const config = readConfig(environment(), ['WARRENER_LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT']);
    logger = createLogger(name, config.WARRENER_LOG_LEVEL);
    if (config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) {
      const tracing = await startTracing(name);
      shutdown.add('traces', () => tracing.stop());
    }
    await start(shutdown, logger);
  } catch (error) {
    const misconfigured = error instanceof ConfigError || error instanceof CloudConfigError;
    const reason = error instanceof Error ? error.message : String(error);
    if (!misconfigured) logger?.error({ error }, 'could not start');
    process.stderr.write(`${name} cannot start: ${reason}\n`);
    await shutdown.run();
    process.exit(misconfigured ? 2 : 1);
  }
}
