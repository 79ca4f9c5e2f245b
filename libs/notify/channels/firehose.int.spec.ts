import { randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../test/support/until.ts';
import type { Channel } from '../channel.ts';
import { catalogue, publicTypes } from '../core/catalogue.ts';
import type { PublicEvent } from '../core/public-event.ts';
import { sourceOf } from '../core/public-event.ts';
import { opaqueIds } from '../opaque.ts';
import { privateMosquitto } from '../testing/private-mosquitto.ts';
import type { PrivateMosquitto } from '../testing/private-mosquitto.ts';
import { tcpProxy } from '../testing/proxy.ts';
import { reader } from '../testing/reader.ts';
import { recordedLog } from '../testing/recorded-log.ts';
import { lifeOf, toldEvent, withoutTwice } from '../testing/told-events.ts';
import { FirehosePublisher } from './firehose-publisher.ts';
import { FirehoseWatch } from './firehose-watch.ts';
import { firehoseChannel } from './firehose.ts';

const opaque = opaqueIds(randomBytes(32));
const source = sourceOf('test');
const closings: (() => Promise<unknown>)[] = [];
let mosquitto: PrivateMosquitto;

beforeEach(async () => {
  mosquitto = await privateMosquitto();
});
afterEach(async () => {
  for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
  await mosquitto[Symbol.asyncDispose]();
}, 60_000);

function open(
  options: { heartbeatMs?: number; url?: string; isNamed?: (tenant: string) => Promise<boolean> } = {},
) {
  const { url = mosquitto.urls.MQTT_URL, heartbeatMs = 1_000, isNamed = async () => false } = options;
  const log = recordedLog();
  const publisher = new FirehosePublisher({ url, prefix: 'warrener', logger: log.logger, heartbeatMs });
  publisher.start();
  closings.push(() => publisher.stop());
  const channel = firehoseChannel({ publisher, source, opaque, isNamed });
  return { publisher, channel, log };
}

async function read(topics: string[], options: Parameters<typeof reader>[2] = {}) {
  const one = await reader(mosquitto.urls.MQTT_READ_URL, topics, options);
  closings.push(async () => one[Symbol.asyncDispose]());
  return one;
}

/** As the follower does it: a batch that is refused comes again. */
async function deliver(channel: Channel, events: readonly PublicEvent[], giveUp: AbortSignal): Promise<void> {
  while (!giveUp.aborted) {
    try {
      await channel.deliver(events);
      return;
    } catch {
      await sleep(50); // as the follower does; it is no busy loop
    }
  }
}

const patience = (): AbortSignal => AbortSignal.timeout(100_000);

test('every type of event comes in its public form, or not at all', async () => {
  const { channel } = open();
  const all = await read(['#']);
  await channel.deliver(publicTypes.map((type) => toldEvent(type, 'x', 1)));
  const shown = publicTypes.filter((type) => catalogue[type].firehose);
  const events = await until('all events', () => {
    const seen = all.heard.filter(({ topic }) => !/\/(state|status)(\/|$)/.test(topic));
    return seen.length >= shown.length ? seen : undefined;
  });
  expect(events.map(({ topic }) => topic)).toEqual(
    shown.map((type) => `warrener/${type.replace('.', '/')}/x`.replace(/^(warrener\/step\/\w+)\/x$/, '$1/x')),
  );
  for (const [index, { payload }] of events.entries()) {
    const type = shown[index]!;
    const event = JSON.parse(payload) as { type: string; tenant: string; data: object };
    expect(event).toMatchObject({ specversion: '1.0', type: `dev.warrener.${type}`, tenant: opaque('acme') });
    const visible = Object.entries(catalogue[type].fields).filter(([, { shown: how }]) => how !== 'never');
    expect(Object.keys(event.data).sort()).toEqual(visible.map(([name]) => name).sort());
    expect(payload).not.toMatch(/acme|orders|203\.0\.113|m1\.small/);
  }
});

test('names are shown where a tenant wants it', async () => {
  const { channel } = open({ isNamed: async (tenant) => tenant === 'acme' });
  const all = await read(['warrener/broker/requested/+']);
  await channel.deliver([
    toldEvent('broker.requested', 'a', 1),
    { ...toldEvent('broker.requested', 'b', 1), tenant: 'shy' },
  ]);
  const [named, hidden] = await until('two events', () => (all.heard.length === 2 ? all.on(/./) : undefined));
  expect(named).toMatchObject({ tenant: 'acme', data: { name: 'orders' } });
  expect(hidden).toMatchObject({ tenant: opaque('shy'), data: { name: opaque('orders') } });
});

test('who comes later finds the last state of each broker, and none of a deleted one', async () => {
  const { channel } = open();
  await channel.deliver([...lifeOf('a'), ...lifeOf('b'), ...lifeOf('c')]);
  await channel.deliver([
    toldEvent('broker.deleted', 'b', 4),
    toldEvent('broker.changed', 'c', 4, { status: 'failed', reason: 'a secret reason' }),
  ]);
  const late = await read(['warrener/broker/state/+', 'warrener/status']);
  await until('the states', () => late.heard.length >= 3);
  const states = late.on(/state/);
  expect(late.heard.every(({ retained }) => retained)).toBe(true);
  expect(new Set(states.map((state) => `${String(state['broker_id'])} ${String(state['status'])}`))).toEqual(
    new Set(['a ready', 'c failed']),
  );
  expect(states[0]).toEqual({
    broker_id: expect.any(String) as string,
    tenant: opaque('acme'),
    name: opaque('orders'),
    engine: 'rabbitmq',
    status: expect.any(String) as string,
    sequence: expect.any(Number) as number,
    time: '2026-03-01T12:00:00.000Z',
    event_id: expect.any(String) as string,
  });
  expect(late.on(/status$/)).toMatchObject([{ status: 'online' }]);
});

test('readers write nothing, publishers only below their own topics, and nobody by a wrong password', async () => {
  const { MQTT_READ_URL, MQTT_WEBSOCKET_URL, MQTT_URL, MQTT_GERRIT_URL, MQTT_OPENSTACK_URL } = mosquitto.urls;
  const all = await read(['#', '$SYS/#']);
  const attempt = async (url: string, topic: string): Promise<string> => {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
    });
    client.on('error', () => undefined);
    const options = { qos: 1, retain: true } as const;
    return client
      .publishAsync(topic, 'mine', options)
      .then(() => 'taken')
      .catch((error: unknown) => (error as Error).message)
      .finally(() => client.end(true));
  };
  for (const url of [MQTT_READ_URL, MQTT_WEBSOCKET_URL])
    for (const topic of ['warrener/status', 'warrener/broker/state/a', 'gerrit/x', 'elsewhere'])
      expect(await attempt(url, topic)).toMatch(/Not authorized/);
  expect(await attempt(MQTT_URL, 'gerrit/x/y')).toMatch(/Not authorized/);
  expect(await attempt(MQTT_GERRIT_URL, 'warrener/status')).toMatch(/Not authorized/);
  expect(await attempt(MQTT_OPENSTACK_URL, 'gerrit/x/y')).toMatch(/Not authorized/);
  expect(await attempt(MQTT_URL, 'warrener/x')).toBe('taken');
  expect(await attempt(MQTT_GERRIT_URL, 'gerrit/x')).toBe('taken');
  expect(await attempt(MQTT_OPENSTACK_URL, 'openstack/x')).toBe('taken');
  const guess = MQTT_URL.replace(/:[^:@]+@/, ':wrong@');
  await expect(mqtt.connectAsync(guess, { reconnectPeriod: 0, connectTimeout: 5_000 })).rejects.toThrow(
    /[Nn]ot authorized/,
  );
  const nobody = MQTT_URL.replace(/\/\/[^@]+@/, '//');
  await expect(mqtt.connectAsync(nobody, { reconnectPeriod: 0, connectTimeout: 5_000 })).rejects.toThrow(
    /[Nn]ot authorized/,
  );
  await until('the three', () => all.heard.length === 3);
  expect(all.heard.map(({ topic }) => topic)).toEqual(['warrener/x', 'gerrit/x', 'openstack/x']);
});

test('a will says that Warrener is gone, and its return is said, too', async () => {
  const { publisher } = open();
  const watcher = await read(['warrener/status']);
  await until('online', () => watcher.on(/./).at(-1)?.['status'] === 'online');
  await publisher.stop();
  await until('offline in order', () => watcher.on(/./).at(-1)?.['status'] === 'offline');
  // One that dies: its connection breaks without a goodbye.
  const proxy = await tcpProxy(mosquitto.urls.MQTT_URL);
  closings.push(() => proxy.close());
  open({ url: proxy.url });
  await until('online again', () => watcher.on(/./).at(-1)?.['status'] === 'online');
  const told = watcher.heard.length;
  proxy.cut();
  await until('the will', () =>
    watcher
      .on(/./)
      .slice(told)
      .some(({ status }) => status === 'offline'),
  );
  await until('its return', () => watcher.on(/./).at(-1)?.['status'] === 'online');
});

test('a Mosquitto that is down at start loses nothing and is found when it is up', async () => {
  await mosquitto.stop();
  const { channel, publisher } = open();
  await expect(channel.deliver(lifeOf('a'))).rejects.toThrow('Mosquitto does not answer.');
  expect(publisher.health().ok).toBe(false);
  const delivered = deliver(channel, lifeOf('a'), patience());
  await mosquitto.start();
  await delivered;
  expect(publisher.health()).toMatchObject({ ok: true, published: 6 });
  const late = await read(['warrener/broker/state/a']);
  await until('its state', () => late.on(/./)[0]?.['status'] === 'ready');
}, 60_000);

test('a Mosquitto that is killed in mid-stream: every event comes, in order for each broker', async () => {
  // Whoever keeps a session would do without the gate, but Mosquitto lets what is new overtake what waited in one.
  const gate = await tcpProxy(mosquitto.urls.MQTT_URL);
  closings.push(() => gate.close());
  const { channel, log } = open({ url: gate.url });
  const topics = ['warrener/broker/+/+'];
  const patient = await read(topics);
  const brokers = Array.from({ length: 20 }, (_, index) => `broker-${index}`);
  const ROUNDS = 60;
  const interrupted = async (kill: () => Promise<void>): Promise<void> => {
    gate.shut();
    await kill();
    await mosquitto.start();
    await until('the reader to be back', () => patient.client.connected);
    await patient.client.subscribeAsync(topics, { qos: 1 });
    gate.open();
  };
  const kills = new Map([
    [15, () => mosquitto.kill()],
    [40, () => mosquitto.stop()],
  ]);
  let outage: Promise<void> = Promise.resolve();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const events = brokers.map((broker) =>
      toldEvent('broker.changed', broker, round, { status: 'launching' }),
    );
    const delivery = deliver(channel, events, patience());
    const kill = kills.get(round);
    if (kill !== undefined) outage = interrupted(kill);
    await delivery;
  }
  await outage;
  const changed = /broker\/changed/;
  await until(
    'all events',
    () => new Set(patient.on(changed).map(({ id }) => id)).size === ROUNDS * brokers.length,
  );
  const once = withoutTwice(patient.on(changed), ({ id }) => String(id));
  for (const broker of brokers) {
    const sequence = once
      .filter(({ subject }) => subject === `broker/${broker}`)
      .map((event) => Number(event['sequence']));
    expect(sequence).toEqual(Array.from({ length: ROUNDS }, (_, index) => index + 1));
  }
  expect(log.count(/^connected to Mosquitto/)).toBeGreaterThanOrEqual(3);
  const late = await read(['warrener/broker/state/+']);
  await until('all states', () => late.on(/./).length === brokers.length);
  expect(late.on(/./).map(({ sequence }) => sequence)).toEqual(brokers.map(() => ROUNDS));
}, 120_000);

test('a Mosquitto that hangs is left, and the alarm is raised', async () => {
  const { channel, publisher, log } = open({ heartbeatMs: 700 });
  await channel.deliver(lifeOf('a'));
  mosquitto.freeze();
  const delivered = deliver(channel, lifeOf('b'), patience());
  await until('the alarm', () => log.count(/the firehose is silent/) === 1);
  expect(publisher.health().ok).toBe(false);
  mosquitto.wake();
  await delivered;
  expect(publisher.health().ok).toBe(true);
  const late = await read(['warrener/broker/state/b']);
  await until('its state', () => late.on(/./).at(-1)?.['status'] === 'ready');
}, 60_000);

test('a publisher that is gone, or silent without a word, is missed within its time', async () => {
  const log = recordedLog();
  const publishers = ['warrener', 'gerrit'];
  const { MQTT_READ_URL: url, MQTT_GERRIT_URL } = mosquitto.urls;
  const watch = new FirehoseWatch({ url, publishers, logger: log.logger, silentMs: 2_000 });
  watch.start();
  closings.push(() => watch.stop());
  const { publisher } = open({ heartbeatMs: 300 });
  const gerrit = new FirehosePublisher({
    url: MQTT_GERRIT_URL,
    prefix: 'gerrit',
    logger: log.logger,
    heartbeatMs: 300,
  });
  gerrit.start();
  closings.push(() => gerrit.stop());
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(watch.check()).toEqual({ ok: true, detail: 'heard: warrener, gerrit' });
  await gerrit.stop();
  await until('gerrit to be missed', () => /gerrit says that it is offline/.test(watch.check().detail));
  await until('the alarm', () => log.count(/lost a publisher: gerrit/) === 1);
  await publisher.stop();
  await mosquitto.stop();
  await until('warrener to be missed', () => /warrener/.test(watch.check().detail));
}, 60_000);

test('stopping is harmless: before the start, twice, and while Mosquitto hangs', async () => {
  const { logger } = recordedLog();
  const early = new FirehosePublisher({ url: mosquitto.urls.MQTT_URL, prefix: 'warrener', logger });
  await early.stop();
  early.start();
  await expect(early.publish([])).rejects.toThrow('does not answer');
  const { publisher, channel } = open();
  await channel.deliver(lifeOf('a'));
  mosquitto.freeze();
  await Promise.all([publisher.stop(), publisher.stop()]);
  mosquitto.wake();
});
