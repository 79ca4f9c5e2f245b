import { PARKED } from '#dispatch';
import { outboxLag, readerLags } from '#event-log';
import { projectionNames } from '#runtime';
import type { Runtime } from '#runtime';
import type { Metrics } from '#telemetry';
import type { NextFunction, Request, Response } from 'express';
import { describeQueues } from './work-queues/work-queues.ts';

/** So many work queues have metrics of their own. They are named by administrators; still, labels have to end somewhere. */
const MAX_QUEUES = 200;
const CHANNEL = 'channel/';

/** Measures how the API answers. Routes are told as they are declared; whatever matches none is `none`. */
export function measureRequests(metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = performance.now();
    let streams = false;
    const flushHeaders = response.flushHeaders.bind(response);
    response.flushHeaders = () => {
      // Only streams send their header before their body: how long they last says nothing of how fast we are.
      if (!streams) metrics.httpStreams.inc();
      streams = true;
      flushHeaders();
    };
    response.once('close', () => {
      if (streams) {
        metrics.httpStreams.dec();
        return;
      }
      const route = (request.route as { path?: unknown } | undefined)?.path;
      const labels = {
        method: METHODS.has(request.method) ? request.method : 'other',
        route: typeof route === 'string' ? route : 'none',
        status: response.writableFinished ? response.statusCode : 'none', // the caller left
      };
      metrics.httpSeconds.observe(labels, (performance.now() - began) / 1_000);
    });
    next();
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Measures the whole installation, whichever process does the work: every API tells the same. */
export function measureInstallation(runtime: Runtime): void {
  const { metrics, pool } = runtime;
  metrics.lookUp('jobs', [metrics.jobs], async () => {
    const { rows } = await pool.query<{ status: string; count: string }>(
      `select status, count(*) from warrener.job_view
       where status in ('running', 'undoing', 'parked') group by status`,
    );
    for (const status of ['running', 'undoing', 'parked'])
      metrics.jobs.set({ status }, Number(rows.find((row) => row.status === status)?.count ?? 0));
  });
  metrics.lookUp('outbox', [metrics.outboxMessages, metrics.outboxOldestSeconds], async () => {
    const { count, oldestMs } = await outboxLag(pool);
    metrics.outboxMessages.set(count);
    metrics.outboxOldestSeconds.set(oldestMs / 1_000);
  });
  metrics.lookUp(
    'readers',
    [metrics.projectionLagSeconds, metrics.channelLagSeconds, metrics.horizonSeconds],
    async () => {
      const [horizon, lags] = await Promise.all([
        runtime.log.horizon(),
        readerLags(pool, projectionNames, CHANNEL),
      ]);
      metrics.horizonSeconds.set(horizon.lagMs / 1_000);
      for (const { reader, lagMs } of lags) {
        if (reader.startsWith(CHANNEL))
          metrics.channelLagSeconds.set({ channel: reader.slice(CHANNEL.length) }, lagMs / 1_000);
        else metrics.projectionLagSeconds.set({ projection: reader }, lagMs / 1_000);
      }
    },
  );
  metrics.lookUp('deliveries', [metrics.deliveriesPending, metrics.deliveriesOldestSeconds], async () => {
    const { rows } = await pool.query<{ count: string; seconds: string | null }>(
      `select count(*) as count, extract(epoch from clock_timestamp() - min(due_at)) as seconds
       from warrener.delivery where status = 'pending'`,
    );
    metrics.deliveriesPending.set(Number(rows[0]?.count ?? 0));
    metrics.deliveriesOldestSeconds.set(Math.max(0, Number(rows[0]?.seconds ?? 0)));
  });
  measureQueues(runtime);
}

function measureQueues(runtime: Runtime): void {
  const { metrics } = runtime;
  const { queueMessages, queueConsumers, queueOldestSeconds, queueMisaligned, parkedMessages } = metrics;
  const gauges = [queueMessages, queueConsumers, queueOldestSeconds, queueMisaligned, parkedMessages];
  metrics.lookUp('queues', gauges, async () => {
    const queues = await describeQueues(runtime);
    for (const { name: queue, depth, consumers, oldest_seconds, misaligned } of queues.slice(0, MAX_QUEUES)) {
      queueMessages.set({ queue }, depth);
      queueConsumers.set({ queue }, consumers);
      queueOldestSeconds.set({ queue }, oldest_seconds ?? 0);
      queueMisaligned.set({ queue }, misaligned ? 1 : 0);
    }
    const parked = await runtime.workers.queueStats([PARKED]);
    parkedMessages.set(parked.get(PARKED)?.depth ?? 0);
  });
}
