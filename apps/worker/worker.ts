import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ControlListener, parsePriorityList, PriorityListError, WorkQueueTransport } from '#dispatch';
import type { Control } from '#dispatch';
import type { Variables } from '#platform';
import { ConfigError, environment } from '#platform';
import { Runtime } from '#runtime';
import { loadPool } from '#tenants';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { StepsController } from './steps.controller.ts';

/** What a worker needs from the environment besides the runtime's variables. */
export const workerVariables = [
  'QUEUE_PRIORITY',
  'WARRENER_WORKER_SLOTS',
  'WARRENER_WORKER_POOL',
  'WARRENER_WORKER_AGEING_MS',
] as const;

type WorkerConfig = Pick<Variables, (typeof workerVariables)[number] | 'AMQP_URL'>;

@Module({})
class WorkerModule {
  static over(runtime: Runtime): DynamicModule {
    return {
      module: WorkerModule,
      controllers: [StepsController],
      providers: [{ provide: Runtime, useValue: runtime }],
    };
  }
}

/**
 * Starts consuming step messages; the returned function stops, after what has begun has ended.
 *
 * @throws ConfigError where QUEUE_PRIORITY makes no sense
 */
export async function startWorker(
  runtime: Runtime,
  config: WorkerConfig,
): Promise<{ stop(): Promise<void> }> {
  const { logger } = runtime;
  const name = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  checkPriority(config.QUEUE_PRIORITY);
  const fixed = Boolean(environment()['QUEUE_PRIORITY']);
  const pool = fixed ? undefined : await loadPool(runtime.log, config.WARRENER_WORKER_POOL);
  const queues = pool === undefined ? config.QUEUE_PRIORITY : itemsOf(pool.priorities);
  const transport = new WorkQueueTransport({
    url: config.AMQP_URL,
    queues,
    slots: config.WARRENER_WORKER_SLOTS,
    ageingMs: config.WARRENER_WORKER_AGEING_MS,
    logger,
  });
  const control = new ControlListener({
    url: config.AMQP_URL,
    worker: name,
    pool: config.WARRENER_WORKER_POOL,
    fixed,
    logger,
    report: () => transport.report(),
    onControl: (told) => follow(told, runtime, transport),
  });
  const worker = await NestFactory.createMicroservice(WorkerModule.over(runtime), {
    logger: ['error', 'warn'],
    abortOnError: false,
    strategy: transport,
  });
  const { workerSlots, workerRunning } = runtime.metrics;
  runtime.metrics.lookUp('worker', [workerSlots, workerRunning], async () => {
    const { slots, running } = transport.report();
    workerSlots.set(slots);
    workerRunning.set(running);
  });
  await worker.listen();
  control.start();
  runtime.startSweeping();
  logger.info({ worker: name, queues, slots: config.WARRENER_WORKER_SLOTS }, 'the worker consumes');
  return {
    stop: async () => {
      await control.stop();
      runtime.runner.stop();
      await worker.close();
    },
  };
}

const itemsOf = (priority: string): string[] => priority.split(/\s+/).filter(Boolean);

function follow(told: Control, { logger, runner }: Runtime, transport: WorkQueueTransport): void {
  switch (told.type) {
    case 'reload':
      transport.reconfigure(itemsOf(told.priority));
      return;
    case 'drain':
      transport.pause();
      return;
    case 'resume':
      transport.resume();
      return;
    case 'log_level':
      logger.level = told.level;
      return;
    case 'abort':
      runner.cancelled(told.job);
      return;
    case 'report': // answered already
      return;
  }
}

function checkPriority(items: readonly string[]): void {
  try {
    parsePriorityList(items.join(' '));
  } catch (error) {
    if (!(error instanceof PriorityListError)) throw error;
    throw new ConfigError(`QUEUE_PRIORITY: ${error.message}.`, { cause: error });
  }
}
