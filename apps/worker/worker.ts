import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WorkQueueTransport } from '#dispatch';
import type { Variables } from '#platform';
import { Runtime } from '#runtime';
import { StepsController } from './steps.controller.ts';

/** What a worker needs from the environment besides the runtime's variables. */
export const workerVariables = ['QUEUE_PRIORITY', 'WARRENER_WORKER_SLOTS'] as const;

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

/** Starts consuming step messages; the returned function stops, after what has begun has ended. */
export async function startWorker(
  runtime: Runtime,
  config: Pick<Variables, (typeof workerVariables)[number] | 'AMQP_URL'>,
): Promise<{ stop(): Promise<void> }> {
  const worker = await NestFactory.createMicroservice(WorkerModule.over(runtime), {
    logger: ['error', 'warn'],
    abortOnError: false,
    strategy: new WorkQueueTransport({
      url: config.AMQP_URL,
      queues: config.QUEUE_PRIORITY,
      slots: config.WARRENER_WORKER_SLOTS,
      logger: runtime.logger,
    }),
  });
  await worker.listen();
  runtime.startSweeping();
  runtime.logger.info(
    { queues: config.QUEUE_PRIORITY, slots: config.WARRENER_WORKER_SLOTS },
    'the worker consumes',
  );
  return {
    stop: async () => {
      runtime.runner.stop();
      await worker.close();
    },
  };
}
