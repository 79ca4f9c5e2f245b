import { Redis } from 'ioredis';
import type { WorkMessage } from './message.ts';
import { until } from '../../test/support/until.ts';
import { closing } from './testing/closing.ts';
import type { PrivateService } from './testing/private-service.ts';
import { privateService } from './testing/private-service.ts';
import { proxyTo } from './testing/proxy.ts';
import { recordedLog } from './testing/recorded-log.ts';
import { Timers } from './timers.ts';

let redis: PrivateService;
beforeAll(async () => {
  redis = await privateService('redis');
}, 60_000);
afterAll(() => redis.remove());

let prefixes = 0;

/** Timers of an installation of the test's own, and what came due. */
function timersOver(url: string, onDue?: (message: WorkMessage) => Promise<void>) {
  prefixes += 1;
  const due: { readonly message: WorkMessage; readonly at: number }[] = [];
  const log = recordedLog();
  const timers = new Timers({
    redisUrl: url,
    prefix: `test-${prefixes}`,
    logger: log,
    retryDelayMs: 50,
    onDue: async (message) => {
      due.push({ message, at: Date.now() });
      await onDue?.(message);
    },
  });
  closing(() => timers.stop());
  return { timers, due, log };
}

async function startedTimers(url: string, onDue?: (message: WorkMessage) => Promise<void>) {
  const over = timersOver(url, onDue);
  over.timers.start();
  await answers(over.timers);
  return over;
}

const answers = (timers: Timers) =>
  until('Redis answers', () =>
    timers.ping().then(
      () => true,
      () => false,
    ),
  );

const message = (id: string): WorkMessage => ({ id, queue: 'work', body: { job: id, turn: 1 } });
const inMs = (ms: number) => new Date(Date.now() + ms);

test('a timer comes due at its moment, not before, with its message; a past one at once', async () => {
  const { timers, due } = await startedTimers(redis.url);
  const at = inMs(600);
  await timers.wakeAt(at, message('later'));
  await timers.wakeAt(inMs(-10_000), message('past'));
  await until('both came due', () => due.length === 2);
  expect(due.map(({ message }) => message)).toEqual([message('past'), message('later')]);
  expect(due[1]?.at).toBeGreaterThanOrEqual(at.getTime() - 1); // two clocks round differently
});

test('the same id again sets no second timer, whatever the id looks like', async () => {
  const { timers, due } = await startedTimers(redis.url);
  const ids = ['018f6e1c-0000-7000-8000-000000000001', 'job:1:step', '42'];
  for (const id of [...ids, ...ids]) await timers.wakeAt(inMs(300), message(id));
  await timers.wakeAt(inMs(600), message('last'));
  await until('the last one came due', () => due.some(({ message }) => message.id === 'last'));
  expect(due.map(({ message }) => message.id).sort()).toEqual([...ids, 'last'].sort());
});

test('an id that came due may be used again', async () => {
  const { timers, due } = await startedTimers(redis.url);
  for (let times = 1; times <= 2; times += 1) {
    // Until what came due is wholly done with, it is still the same timer.
    await until('it came due', async () => {
      await timers.wakeAt(inMs(0), message('again'));
      return due.length >= times;
    });
  }
  expect(due.length).toBeGreaterThanOrEqual(2);
});

test('a message that could not be handed on is tried again, and the error is logged', async () => {
  let failures = 2;
  const trouble = new Error('RabbitMQ is away');
  const { timers, due, log } = await startedTimers(redis.url, async () => {
    failures -= 1;
    if (failures >= 0) throw trouble;
  });
  await timers.wakeAt(inMs(0), message('m1'));
  await until('it was tried three times', () => due.length === 3);
  expect(log.lines).toContainEqual({
    level: 'warn',
    fields: { error: trouble, queue: 'work', messageId: 'm1', attempt: 1 },
    message: 'a timer was due, and its message could not be handed on',
  });
});

test('a timer outlives a restart of Redis', async () => {
  const { timers, due } = await startedTimers(redis.url);
  await timers.wakeAt(inMs(1_500), message('m1'));
  await redis.stop();
  await redis.start();
  await until('it came due', () => due.length === 1);
  await answers(timers);
  await timers.wakeAt(inMs(0), message('m2'));
  await until('a new one came due', () => due.length === 2);
}, 60_000);

test('a Redis that was flushed has forgotten its timers, and takes new ones', async () => {
  const { timers, due } = await startedTimers(redis.url);
  await timers.wakeAt(inMs(300), message('forgotten'));
  const client = new Redis(redis.url);
  closing(() => client.disconnect());
  await client.flushall();
  await timers.wakeAt(inMs(600), message('new'));
  await until('one came due', () => due.length > 0);
  expect(due.map(({ message }) => message.id)).toEqual(['new']);
});

test('while Redis is away a timer is refused at once, from the start or later', async () => {
  const network = await proxyTo(redis.url);
  network.cut();
  const { timers, due, log } = timersOver(network.url);
  timers.start();
  await until('it noticed', () => log.has(/Redis is away/));
  const began = Date.now();
  await expect(timers.wakeAt(inMs(0), message('m1'))).rejects.toThrow('Redis is not connected');
  await expect(timers.ping()).rejects.toThrow('Redis is not connected');
  network.mend();
  await answers(timers);
  await timers.wakeAt(inMs(0), message('m2'));
  await until('it came due', () => due.length === 1);
  network.cut();
  await until('it is refused', () =>
    timers.wakeAt(inMs(0), message('m3')).then(
      () => false,
      () => true,
    ),
  );
  expect(due.map(({ message }) => message.id)).toEqual(['m2']);
  expect(Date.now() - began).toBeLessThan(15_000);
  const complaints = () => log.lines.filter(({ message }) => message.startsWith('Redis is away')).length;
  await until('it is reported again', () => complaints() > 1);
  expect(complaints()).toBe(2); // once per absence
});

test('a Redis that hangs is not waited for', async () => {
  const network = await proxyTo(redis.url);
  const { timers } = await startedTimers(network.url);
  network.hang();
  const began = Date.now();
  await expect(timers.wakeAt(inMs(0), message('m1'))).rejects.toThrow();
  expect(Date.now() - began).toBeLessThan(8_000);
});

test('stopping waits for a timer that is firing, and may be done twice', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let done = false;
  const { timers, due } = await startedTimers(redis.url, async () => {
    await opened;
    done = true;
  });
  await timers.wakeAt(inMs(0), message('m1'));
  await until('it fires', () => due.length === 1);
  const stopping = Promise.all([timers.stop(), timers.stop()]);
  open();
  await stopping;
  expect(done).toBe(true);
  await expect(timers.wakeAt(inMs(0), message('m2'))).rejects.toThrow('Redis is not connected');
});

test('stopping before the start, or while Redis is away, is quick', async () => {
  const network = await proxyTo(redis.url);
  const { timers } = await startedTimers(network.url);
  network.cut();
  const began = Date.now();
  await timers.stop();
  await timersOver(network.url).timers.stop();
  const never = timersOver(network.url);
  never.timers.start();
  await never.timers.stop();
  expect(Date.now() - began).toBeLessThan(12_000);
});
