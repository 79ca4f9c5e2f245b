import { until } from '../../test/support/until.ts';
import { WorkQueueConsumer } from './consumer.ts';
import type { Control } from './control.ts';
import { ControlListener } from './control-listener.ts';
import { ControlSender } from './control-sender.ts';
import { parsePriorityList } from './core/priority-list.ts';
import { queueStats } from './queue-stats.ts';
import { closing } from './testing/closing.ts';
import { proxyTo } from './testing/proxy.ts';
import { openVhost } from './testing/rabbitmq.ts';
import { recordedLog } from './testing/recorded-log.ts';
import { declareWorkQueue } from './topology.ts';

/** A worker's ear. What it consumes is the test's. */
function listen(url: string, worker: string, pool = 'default', fixed = false) {
  const heard: Control[] = [];
  const log = recordedLog();
  const report = {
    levels: parsePriorityList('a,b:2 c'),
    slots: 3,
    running: 1,
    unbegun: 2,
    consumed: ['a', 'b'],
  };
  const listener = new ControlListener({
    url,
    worker,
    pool,
    fixed,
    logger: log,
    report: () => report,
    onControl: (control) => {
      heard.push(control);
      if (control.type === 'abort' && control.job === 'trouble') throw new Error('trouble');
    },
  });
  closing(() => listener.stop());
  listener.start();
  return { listener, heard, log };
}

async function send(url: string) {
  const sender = new ControlSender({ url, logger: recordedLog() });
  closing(() => sender.stop());
  sender.start();
  await until('the sender is connected', () => sender.send({ type: 'report' }).then(() => true));
  return sender;
}

const names = (sender: ControlSender) => sender.workers().map(({ worker }) => worker);

test('workers are known by what they announce, whoever came first, and say goodbye', async () => {
  const vhost = await openVhost();
  const early = listen(vhost.url, 'early');
  const sender = await send(vhost.url);
  const late = listen(vhost.url, 'late', 'night');
  await until('both are known', () => names(sender).length === 2);
  expect(sender.workers()).toMatchObject([
    {
      worker: 'early',
      pool: 'default',
      pid: process.pid,
      state: 'working',
      priority: 'a,b:2 c',
      fixed: false,
      slots: 3,
      running: 1,
      unbegun: 2,
      consumed: ['a', 'b'],
    },
    { worker: 'late', pool: 'night' },
  ]);
  await late.listener.stop();
  await until('one is left', () => names(sender).length === 1);
  expect(names(sender)).toEqual(['early']);
  expect(new Set(early.heard.map(({ type }) => type))).toEqual(new Set(['report']));
});

test('every worker hears what is for all, and only those concerned what is for some', async () => {
  const vhost = await openVhost();
  const one = listen(vhost.url, 'one');
  const two = listen(vhost.url, 'two', 'night');
  const three = listen(vhost.url, 'three', 'night', true);
  const sender = await send(vhost.url);
  await until('all are known', () => names(sender).length === 3);
  await sender.send({ type: 'abort', job: 'j1' });
  await sender.send({ type: 'drain', to: { worker: 'one' } });
  await sender.send({ type: 'reload', to: { pool: 'night' }, priority: 'c a' });
  await sender.send({ type: 'log_level', level: 'debug' }); // the last one: those before have been heard
  const told = ({ heard }: typeof one) => heard.filter(({ type }) => type !== 'report');
  await until('all have heard the last', () =>
    [one, two, three].every((worker) => told(worker).at(-1)?.type === 'log_level'),
  );
  expect(told(one).map(({ type }) => type)).toEqual(['abort', 'drain', 'log_level']);
  expect(told(two).map(({ type }) => type)).toEqual(['abort', 'reload', 'log_level']);
  expect(told(three).map(({ type }) => type)).toEqual(['abort', 'log_level']); // its environment wins
  expect(three.log.has(/comes from QUEUE_PRIORITY/)).toBe(true);
  await until(
    'it drains',
    () => sender.workers().find(({ worker }) => worker === 'one')?.state === 'draining',
  );
});

test('a message without sense, or that cannot be followed, harms nobody', async () => {
  const vhost = await openVhost();
  const { heard, log } = listen(vhost.url, 'one');
  const sender = await send(vhost.url);
  await until('it is known', () => names(sender).length === 1);
  for (const content of ['{', '{"type":"explode"}', '{"type":"drain","twice":true}'])
    vhost.channel.publish('broadcast', '', Buffer.from(content));
  vhost.channel.publish('warrener.announcements', '', Buffer.from('{"worker":""}'));
  await until(
    'they are ignored',
    () => log.lines.filter(({ message }) => /no sense/.test(message)).length === 3,
  );
  await sender.send({ type: 'abort', job: 'trouble' });
  await until('it is logged', () => log.has(/could not be followed/));
  await sender.send({ type: 'resume' });
  await until('it hears on', () => heard.at(-1)?.type === 'resume');
});

test('a worker and a sender that lose their connection find each other again', async () => {
  const vhost = await openVhost();
  const network = await proxyTo(vhost.url);
  const { heard } = listen(network.url, 'one');
  const sender = await send(network.url);
  await until('it is known', () => names(sender).length === 1);
  network.cut();
  await until('sending fails, with a reason', () =>
    sender.send({ type: 'drain' }).then(
      () => false,
      (error: unknown) => String(error).includes('not connected'),
    ),
  );
  network.mend();
  await until('it hears again', async () => {
    await sender.send({ type: 'resume' });
    return heard.some(({ type }) => type === 'resume');
  });
});

test('the order of a running worker is changed from afar in under a second', async () => {
  const vhost = await openVhost();
  for (const queue of ['a', 'b']) await declareWorkQueue(vhost.channel, queue);
  for (let i = 0; i < 400; i += 1) for (const queue of ['a', 'b']) await vhost.send(queue, `${queue}${i}`);
  const begun: string[] = [];
  let firstOfB = 0;
  const log = recordedLog();
  const consumer = new WorkQueueConsumer({
    url: vhost.url,
    queues: ['a', 'b'],
    slots: 2,
    logger: log,
    handler: async (_, { messageId = '', queue }) => {
      begun.push(messageId);
      if (queue === 'b' && firstOfB === 0) firstOfB = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
  });
  const listener = new ControlListener({
    url: vhost.url,
    worker: 'one',
    pool: 'default',
    fixed: false,
    logger: log,
    report: () => consumer.report(),
    onControl: (control) => {
      if (control.type === 'reload') consumer.reconfigure(control.priority.split(' '));
    },
  });
  closing(() => listener.stop());
  closing(() => consumer.stop());
  const sender = await send(vhost.url);
  listener.start();
  consumer.start();
  await until('it works', () => begun.length > 10 && names(sender).length === 1);
  expect(firstOfB).toBe(0);
  const changedAt = performance.now();
  await sender.send({ type: 'reload', priority: 'b a' });
  await until('the other is begun', () => firstOfB > 0);
  expect(firstOfB - changedAt).toBeLessThan(1_000);
  await sender.send({ type: 'reload', priority: 'b a,' });
  await until('nonsense is refused', () => log.has(/could not be followed/));
  await until('all are handled', () => new Set(begun).size === 800);
  expect(begun).toHaveLength(800); // none was lost, and none handled twice
  const lastOfB = begun.findLastIndex((id) => id.startsWith('b'));
  const change = begun.findIndex((id) => id.startsWith('b'));
  expect(begun.slice(change, lastOfB).filter((id) => id.startsWith('a')).length).toBeLessThanOrEqual(1);
  await until('it is announced', () => sender.workers()[0]?.priority === 'b a');
});

test('queues are counted; one that is missing is null', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'm1');
  expect(await queueStats(vhost.url, ['none', 'work', 'never'])).toEqual(
    new Map([
      ['none', null],
      ['work', { depth: 1, consumers: 0 }],
      ['never', null],
    ]),
  );
  await expect(queueStats('amqp://127.0.0.1:1', ['work'])).rejects.toThrow('ECONNREFUSED');
});
