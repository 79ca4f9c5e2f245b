import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/until.ts';
import { WorkQueueConsumer } from './consumer.ts';
import { Publisher } from './publisher.ts';
import { closing } from './testing/closing.ts';
import type { PrivateService } from './testing/private-service.ts';
import { privateService } from './testing/private-service.ts';
import { recordedLog } from './testing/recorded-log.ts';

const MESSAGES = 2_000;
const AT_ONCE = 100;

let rabbitmq: PrivateService;
beforeAll(async () => {
  rabbitmq = await privateService('rabbitmq');
}, 180_000);
afterAll(() => rabbitmq.remove(), 60_000);

/** As whoever has a log behind it does: a message comes again until it is confirmed. Resolves with how often it failed. */
async function publishAll(publisher: Publisher, queue: string, ids: readonly string[]): Promise<number> {
  const left = [...ids];
  let failures = 0;
  const publishOneByOne = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const confirmed = await publisher.publish({ id, queue, body: { id } }).then(
        () => true,
        () => false,
      );
      if (confirmed) continue;
      failures += 1;
      left.push(id);
      await sleep(50);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, publishOneByOne));
  return failures;
}

test.each(['stop', 'kill'] as const)(
  'a RabbitMQ that ends (%s) in the middle of publishing and consuming loses no message',
  async (end) => {
    const queue = `work-${end}`;
    const log = recordedLog();
    const publisher = new Publisher({ url: rabbitmq.url, logger: log, maxInFlight: 50 });
    closing(() => publisher.stop());
    const handled = new Set<string>();
    const underWay = new Set<string>();
    const doubled: string[] = [];
    const consumer = new WorkQueueConsumer({
      url: rabbitmq.url,
      queues: [queue],
      slots: 10,
      logger: log,
      handler: async (body) => {
        const { id } = body as { id: string };
        if (underWay.has(id)) doubled.push(id);
        underWay.add(id);
        await sleep(5);
        underWay.delete(id);
        handled.add(id);
      },
    });
    closing(() => consumer.stop());
    publisher.start();
    consumer.start();

    const ids = Array.from({ length: MESSAGES }, (_, i) => `m${i}`);
    const publishing = publishAll(publisher, queue, ids);
    await until('a tenth to be handled', () => handled.size > MESSAGES / 10);
    await rabbitmq[end]();
    expect(handled.size).toBeLessThan(MESSAGES); // it ended in the middle
    await rabbitmq.start();
    expect(await publishing).toBeGreaterThan(0);
    await until('all to be handled', () => handled.size === MESSAGES, 120_000);
    expect(doubled).toEqual([]); // never the same message twice at a time
    expect(log.has(/went away/)).toBe(true);
  },
  300_000,
);
