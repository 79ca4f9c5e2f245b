// Warrener's engine as the workers run it: log, dispatcher, RabbitMQ, consumer, runner; with steps that do nothing.
import { declareWorkQueue, Publisher, WorkQueueConsumer } from '#dispatch';
import { EventLog, schemaDirectory as logSchema } from '#event-log';
import { openDataSource, openPool } from '#platform';
import { StepSlots } from '#tenants';
import { Dispatcher, Runner, schemaDirectory as jobSchema, submission } from '#workflow';
import { connect } from 'amqplib';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

export const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

/** Opens the log over a database of its own. */
export async function openLog(database) {
  const schemas = [
    { room: 'event-log', directory: logSchema },
    { room: 'workflow', directory: jobSchema },
  ];
  await (await openDataSource(database, schemas, [])).destroy();
  const pool = openPool(database, { name: 'warrener', onError: () => undefined });
  return { pool, log: new EventLog(pool, { logger: quiet }) };
}

const noTimers = () => Promise.reject(new Error('no timers here'));

/** @param options steps: how many a job has; run: what a step does, and its outcome where it is not `done` */
export async function openEngine({
  env,
  database,
  steps: count,
  slots = 64,
  run = async () => undefined,
  queue = `bench.${randomBytes(6).toString('hex')}`,
  wakeAt = noTimers,
}) {
  const { pool, log } = await openLog(database);
  const amqp = await connect(env.AMQP_URL, { noDelay: true });
  const channel = await amqp.createChannel();
  await declareWorkQueue(channel, queue);
  const publisher = new Publisher({ url: env.AMQP_URL, logger: quiet });
  publisher.start();
  const dispatcher = new Dispatcher({
    log,
    publish: (message) => publisher.publish(message),
    wakeAt,
    logger: quiet,
  });
  dispatcher.start();
  const steps = new Map(
    Array.from({ length: count }, (_, index) => {
      const name = `step-${index + 1}`;
      const retry = { maxFailures: 3, firstDelayMs: 1_000, maxDelayMs: 1_000, patienceMs: 0 };
      const perform = async (_world, { job }) => (await run(job)) ?? { kind: 'done' };
      return [name, { name, stage: 'cloud', timeoutMs: 60_000, retry, run: perform }];
    }),
  );
  const workflow = {
    name: 'bench',
    version: 1,
    steps: [...steps.keys()].map((step) => ({ step, undo: null })),
  };
  const runner = new Runner({
    log,
    dispatcher,
    steps,
    world: null,
    alongside: async () => [],
    slots: new StepSlots(log),
    logger: quiet,
    worker: 'bench',
  });
  const ended = new Map();
  const consumer = new WorkQueueConsumer({
    url: env.AMQP_URL,
    queues: [queue],
    slots,
    logger: quiet,
    handler: async (body) => {
      await runner.handle(body);
      if (body.step === `step-${count}`) ended.get(body.job)?.();
    },
  });
  consumer.start();
  while (
    (await channel.checkQueue(queue)).consumerCount === 0 ||
    (await publisher.ping().catch(() => null)) === null
  )
    await new Promise((resolve) => setTimeout(resolve, 20));

  return {
    log,
    pool,
    /** Resolves when the submission is in the log, with the job's id. */
    submit: async (job = uuidv7()) => {
      const queues = { cloud: queue, config: queue };
      const request = { job, tenant: 'bench', subject: job, workflow, steps, input: {}, queues };
      const { write, messages } = submission(request);
      const { ok } = await log.append({ writes: [write], messages });
      if (!ok) throw new Error('a new job met another');
      void dispatcher.send(messages);
      return job;
    },
    /** Resolves when the end of the job is in the log. */
    ended: (job) =>
      new Promise((resolve) =>
        ended.set(job, () => {
          ended.delete(job);
          resolve();
        }),
      ),
    close: async () => {
      runner.stop();
      await consumer.stop();
      await dispatcher.stop();
      await publisher.stop();
      await channel.deleteQueue(queue);
      await amqp.close();
      await pool.end();
    },
  };
}
