import type { Shutdown, Variables } from '#platform';
import { serveOperations } from '#telemetry';
import type { Runtime } from './runtime.ts';

/** Serves metrics and health on a port of their own, where one is configured. Returns its URL, or null. */
export async function openOperations(
  { metrics, health, logger }: Runtime,
  config: Pick<Variables, 'WARRENER_METRICS_PORT' | 'WARRENER_METRICS_HOST'>,
  shutdown: Shutdown,
): Promise<string | null> {
  const { WARRENER_METRICS_PORT: port, WARRENER_METRICS_HOST: host } = config;
  if (port === undefined) return null;
  const operations = await serveOperations({ host, port, metrics, health, logger });
  shutdown.add('metrics', () => operations.stop());
  return operations.url;
}
