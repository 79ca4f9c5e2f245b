import { steps } from '#brokers';
import { Problem } from '#platform';
import type { Runtime } from '#runtime';
import { queuesOf } from '#runtime';
import type { TenantChange } from '#tenants';
import { placeInLine, TenantView } from '#tenants';
import { nextTurn } from '#workflow';
import type { KnownJob } from '#workflow';
import { jobsAhead, readyJobs, recentStarts } from './ready-jobs.ts';

/** The work queues that anything has to do with, by name. */
export async function describeQueues(runtime: Runtime) {
  const tenants = await runtime.dataSource.getRepository(TenantView).find({ where: { deleted: false } });
  const routed = new Map<string, Set<string>>();
  for (const { id, state } of tenants)
    for (const queue of Object.values(state.queues))
      routed.set(queue, (routed.get(queue) ?? new Set()).add(id));
  const ready = new Map((await readyJobs(runtime.dataSource)).map((jobs) => [jobs.queue, jobs]));
  const workers = runtime.workers.alive();
  const announced = runtime.workers.consumedQueues();
  const names = [...new Set([...routed.keys(), ...ready.keys(), ...announced])].sort();
  const stats = await look(runtime, names);
  return names.map((name) => {
    const seen = stats.get(name) ?? null;
    const waiting = ready.get(name);
    const consumed = announced.has(name) || (seen?.consumers ?? 0) > 0;
    return {
      name,
      exists: seen !== null,
      depth: seen?.depth ?? 0,
      consumers: seen?.consumers ?? 0,
      workers: workers.filter((worker) => queuesOf(worker).includes(name)).map(({ worker }) => worker),
      jobs_waiting: waiting?.count ?? 0,
      oldest_seconds:
        waiting === undefined
          ? null
          : Math.max(0, Math.round((Date.now() - waiting.oldest.getTime()) / 1_000)),
      tenants: [...(routed.get(name) ?? [])].sort(),
      misaligned: !consumed,
    };
  });
}

/**
 * Refuses queues that nobody consumes: what goes there would wait for ever.
 *
 * @throws Problem `no-consumer`, naming each; `unavailable` where RabbitMQ cannot be asked
 */
export async function refuseUnconsumed(
  runtime: Runtime,
  queues: NonNullable<TenantChange['queues']>,
): Promise<void> {
  const given = Object.entries(queues).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (given.length === 0) return;
  const announced = runtime.workers.consumedQueues();
  const stats = await look(runtime, [...new Set(given.map(([, queue]) => queue))]);
  const errors = given
    .filter(([, queue]) => !announced.has(queue) && (stats.get(queue)?.consumers ?? 0) === 0)
    .map(([field, queue]) => ({ field: `queues.${field}`, message: `no worker consumes "${queue}"` }));
  if (errors.length === 0) return;
  const told = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new Problem('no-consumer', `${told}. Start a worker that does, or repeat with "force": true.`, {
    errors,
  });
}

/** What a job that is under way waits for; null where a step of it runs, or where nothing will happen by itself. */
export async function waitingFor(runtime: Runtime, job: KnownJob, tenant: string) {
  const next = nextTurn(job);
  if (next === null) return null;
  if (next.dueAt !== null && Date.parse(next.dueAt) > Date.now())
    return { kind: 'moment' as const, queue: next.queue, until: next.dueAt };
  const line = await placeInLine(runtime.log, tenant, job.id);
  if (line !== undefined)
    return {
      kind: 'limit' as const,
      queue: next.queue,
      limit: 'running_steps' as const,
      of: line.limit,
      ahead: line.ahead,
    };
  const ahead = await jobsAhead(runtime.dataSource, next.queue, next.job);
  return {
    kind: 'worker' as const,
    queue: next.queue,
    ahead,
    estimate_seconds: await estimate(runtime, next.queue, ahead),
  };
}

/** Seconds until `ahead` more steps of a queue were begun, at the pace of late; null where none was begun. */
async function estimate(runtime: Runtime, queue: string, ahead: number): Promise<number | null> {
  const times = (await recentStarts(runtime.dataSource))
    .filter(({ step, queues }) => queues[steps.get(step)?.stage ?? ''] === queue)
    .map(({ at }) => at.getTime());
  if (times.length === 0) return null;
  const spanSeconds = (Date.now() - Math.min(...times)) / 1_000;
  return Math.round(((ahead + 1) * spanSeconds) / times.length);
}

async function look(runtime: Runtime, names: readonly string[]) {
  try {
    return await runtime.workers.queueStats(names);
  } catch (error) {
    throw new Problem('unavailable', 'RabbitMQ cannot be asked who consumes which queue; try again.', {
      cause: error,
    });
  }
}
