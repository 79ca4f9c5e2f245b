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

/** As whoever has a log behind it does: a message comes again until it is confirmed. */
async function publishAll(publisher: Publisher, queue: string, ids: readonly string[]): Promise<void> {
  const left = [...ids];
  const publishOneByOne = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const confirmed = await publisher.publish({ id, queue, body: { id } }).then(
        () => true,
        () => false,
      );
      if (confirmed) continue;
      left.push(id);
      await sleep(50);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, publishOneByOne));
}

interface Flow {
  readonly queue: string;
  /** Messages that were handled, wholly. */
  readonly handled: ReadonlySet<string>;
  /** Messages that were given to the handler while it was at them. */
  readonly doubled: readonly string[];
  readonly publisher: Publisher;
  readonly log: ReturnType<typeof recordedLog>;
}

function flow(queue: string): Flow {
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
  return { queue, handled, doubled, publisher, log };
}

/** Ends RabbitMQ while messages flow, starts it again, and waits for all of them. */
async function endInTheMiddle({ queue, handled, publisher }: Flow, end: 'stop' | 'kill'): Promise<void> {
  const before = handled.size;
  const ids = Array.from({ length: MESSAGES }, (_, i) => `${end}-${i}`);
  const publishing = publishAll(publisher, queue, ids);
  await until('a tenth to be handled', () => handled.size > before + MESSAGES / 10);
  await rabbitmq[end]();
  expect(handled.size).toBeLessThan(before + MESSAGES); // it ended in the middle
  await rabbitmq.start();
  await publishing;
  await until('all to be handled', () => handled.size === before + MESSAGES, 120_000);
}

// One after the other over the same queue. RabbitMQ 3.10 would lose a queue that is younger than a second or so, with
// its confirmed messages, to a kill: it writes a queue's name to disk later than its messages.
test('a RabbitMQ that is stopped, then killed, in the middle of everything loses no message', async () => {
  const messages = flow('work');
  await endInTheMiddle(messages, 'stop');
  await endInTheMiddle(messages, 'kill');
  expect(messages.doubled).toEqual([]); // none was handled twice at a time
  expect(messages.log.has(/went away/)).toBe(true);
}, 400_000);

test('a RabbitMQ that is restarted in the middle of a switch loses no message, and the order holds afterwards', async () => {
  const log = recordedLog();
  const publisher = new Publisher({ url: rabbitmq.url, logger: log, maxInFlight: 50 });
  closing(() => publisher.stop());
  publisher.start();
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  await publishAll(publisher, 'lower', ids('lower', 1_500));
  const begun: string[] = [];
  const handled = new Set<string>();
  const consumer = new WorkQueueConsumer({
    url: rabbitmq.url,
    queues: ['higher', 'lower'],
    slots: 4,
    logger: log,
    handler: async (body) => {
      const { id } = body as { id: string };
      begun.push(id);
      await sleep(5);
      handled.add(id);
    },
  });
  closing(() => consumer.stop());
  consumer.start();
  await until('the lower queue is at work', () => handled.size > 100);
  await publishAll(publisher, 'higher', ids('higher', 400));
  await until('it has switched', () => begun.filter((id) => id.startsWith('higher')).length > 20);
  await rabbitmq.stop();
  const before = begun.length;
  expect(handled.size).toBeLessThan(1_800); // in the middle
  await rabbitmq.start();
  await until('all are handled', () => handled.size === 1_900, 60_000);
  const after = begun.slice(before);
  const lastHigher = after.findLastIndex((id) => id.startsWith('higher'));
  expect(lastHigher).toBeGreaterThan(100);
  expect(after.slice(0, lastHigher).filter((id) => id.startsWith('lower'))).toEqual([]);
  // What ran when the connection went was handled, and comes once more, to be dropped by whoever has a log: the slots.
  expect(begun.length - handled.size).toBeLessThanOrEqual(8);
}, 200_000);
