import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#platform';
import { connect } from 'amqplib';
import type { Channel } from 'amqplib';
import { freshVhost } from '../../../test/support/services.ts';
import { until } from '../../../test/support/until.ts';
import { gerritEvents, privateEvent } from '../testing/gerrit-events.ts';
import { gerritServer } from '../testing/gerrit-server.ts';
import { enveloped, nothingOf, novaNotification } from '../testing/nova-notification.ts';
import { privateMosquitto } from '../testing/private-mosquitto.ts';
import type { PrivateMosquitto } from '../testing/private-mosquitto.ts';
import { tcpProxy } from '../testing/proxy.ts';
import { reader } from '../testing/reader.ts';
import { recordedLog } from '../testing/recorded-log.ts';
import { openSources, sourceVariables } from './index.ts';

const closings: (() => Promise<unknown>)[] = [];
let mosquitto: PrivateMosquitto;

beforeAll(async () => {
  mosquitto = await privateMosquitto();
});
afterAll(() => mosquitto[Symbol.asyncDispose]());
afterEach(async () => {
  for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
}, 60_000);

/** The one source that these variables configure, running. */
async function open(variables: Readonly<Record<string, string>>) {
  const log = recordedLog();
  const config = readConfig({ ...mosquitto.urls, ...variables }, sourceVariables);
  const [bridge, ...others] = await openSources(config, { opaque: () => 'opaque', logger: log.logger });
  if (bridge === undefined || others.length > 0) throw new Error('expected one source');
  bridge.start();
  closings.push(() => bridge.stop());
  return { bridge, log };
}

async function openGerrit(change: Readonly<Record<string, string>> = {}) {
  const server = await gerritServer();
  const folder = await mkdtemp(join(tmpdir(), 'warrener-gerrit-'));
  closings.push(
    () => server.close(),
    () => rm(folder, { recursive: true }),
  );
  await writeFile(join(folder, 'key'), server.clientKey, { mode: 0o600 });
  const opened = await open({
    WARRENER_GERRIT_URL: `ssh://warrener@127.0.0.1:${server.port}`,
    WARRENER_GERRIT_KEY_FILE: join(folder, 'key'),
    WARRENER_GERRIT_HOST_KEY: server.hostKey,
    ...change,
  });
  return { ...opened, server };
}

async function read(topic: string) {
  const one = await reader(mosquitto.urls.MQTT_READ_URL, [topic]);
  closings.push(async () => one[Symbol.asyncDispose]());
  return one;
}

const line = (event: unknown): string => `${JSON.stringify(event)}\n`;
const fresh = (heard: readonly { topic: string; retained: boolean }[]) =>
  heard.filter(({ topic, retained }) => !retained && !topic.endsWith('/status'));

test('Gerrit: every shape comes to its topic; what is broken, too long or private is left out', async () => {
  const { server, bridge, log } = await openGerrit();
  const all = await read('gerrit/#');
  await until('the stream', () => server.readers() === 1);
  const events = gerritEvents.map(({ event }) => line(event)).join('');
  server.write(`{"type":\n${line(privateEvent)}not json\n`);
  server.write(`{"type":"x","filler":"${'x'.repeat(300_000)}"}\n`);
  for (const byte of Buffer.from(events.slice(0, 400))) server.write(Buffer.from([byte]));
  server.write(events.slice(400));
  await until('the events', () => fresh(all.heard).length === gerritEvents.length);
  expect(fresh(all.heard).map(({ topic }) => topic)).toEqual(gerritEvents.map(({ topic }) => topic));
  expect(all.heard.map(({ payload }) => payload).join('')).not.toMatch(/@example|embargo/);
  expect(bridge.health()).toMatchObject({
    ok: true,
    published: gerritEvents.length,
    skipped: { malformed: 2, oversized: 1, 'not public': 1 },
  });
  expect(log.count(/cannot be told/)).toBe(1); // and the next in a minute
});

test('Gerrit: cut, restarted, or back after Mosquitto was away: read again, and the gap is said', async () => {
  const { server, bridge } = await openGerrit();
  const all = await read('gerrit/#');
  const event = (subject: number) => line({ type: 'ref-updated', refUpdate: { project: 'x' }, subject });
  const subjects = () => all.on(/ref-updated/).map(({ subject }) => subject);
  const status = () => all.on(/status$/).at(-1);
  await until('the stream', () => server.readers() === 1);
  server.write(event(1));
  await until('the first', () => subjects().includes(1));
  await until('its status', () => status()?.['connected_since'] !== null);
  expect(status()).toMatchObject({ status: 'online', gaps: 0 });
  server.cut();
  await until('the loss is told', () => status()?.['connected_since'] === null);
  expect(bridge.health()).toMatchObject({ ok: false });
  expect(bridge.health().detail).toMatch(
    /^gerrit is not read: (The connection to Gerrit was lost|Gerrit ended)/,
  );
  await until('the stream', () => server.readers() === 1);
  server.write(event(2));
  await until('the second', () => subjects().includes(2));
  expect(status()).toMatchObject({ gaps: 1 });
  server.end();
  await until('the second gap', () => status()?.['gaps'] === 2);
  await until('the stream', () => server.readers() === 1);
  await mosquitto.kill();
  for (let subject = 3; subject < 53; subject += 1) server.write(event(subject));
  await mosquitto.start();
  // Events for which nobody is subscribed are gone; this reader may be back later than the publisher. The last is retold.
  await until('them to be published', () => bridge.health().published >= 52);
  await until('the reader', () => all.client.connected);
  server.write(event(53));
  await until('the last', () => subjects().includes(53));
  expect(bridge.health()).toMatchObject({ ok: true, published: 53, skipped: {} });
}, 60_000);

test('Gerrit: another host key, or a key that is not known, and nothing is read', async () => {
  const other = await gerritServer();
  closings.push(() => other.close());
  const { bridge, server, log } = await openGerrit({ WARRENER_GERRIT_HOST_KEY: other.hostKey });
  await until('the reason', () => bridge.health().detail.includes('shows another host key'));
  expect(server.readers()).toBe(0);
  expect(log.count(/is away; trying again/)).toBe(1);
  const stranger = await openGerrit({
    WARRENER_GERRIT_URL: `ssh://stranger@127.0.0.1:${server.port}`,
    WARRENER_GERRIT_HOST_KEY: server.hostKey,
  });
  await until('the reason', () => stranger.bridge.health().detail.includes('does not accept the key'));
});

test.each([
  [{ WARRENER_GERRIT_URL: 'ssh://a@b' }, /needs MQTT_GERRIT_URL, WARRENER_GERRIT_KEY_FILE/],
  [
    { WARRENER_GERRIT_URL: 'ssh://a@b', WARRENER_GERRIT_KEY_FILE: '/nowhere', WARRENER_GERRIT_HOST_KEY: 'x' },
    /names a file that cannot be read \(ENOENT\)/,
  ],
  [
    {
      WARRENER_GERRIT_URL: 'ssh://a@b',
      WARRENER_GERRIT_KEY_FILE: '/dev/null',
      WARRENER_GERRIT_HOST_KEY: 'x',
    },
    /is no public key/,
  ],
  [{ WARRENER_NOTIFICATIONS_URL: 'amqp://x', MQTT_OPENSTACK_URL: '' }, /MQTT_OPENSTACK_URL is not set/],
])('configured by halves: %p', async (variables, sentence) => {
  await expect(open(variables)).rejects.toThrow(sentence);
});

/** An OpenStack's RabbitMQ with Nova's exchange, as oslo.messaging declares it, and the queue it makes. */
async function openNova() {
  const vhost = await freshVhost();
  closings.push(async () => vhost[Symbol.asyncDispose]());
  const connection = await connect(vhost.url, { noDelay: true });
  closings.push(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange('nova', 'topic', { durable: false });
  await channel.assertQueue('notifications.info', { durable: false });
  await channel.bindQueue('notifications.info', 'nova', 'notifications.info');
  const proxy = await tcpProxy(vhost.url);
  closings.push(() => proxy.close());
  return { channel, proxy, send: (content: Buffer) => send(channel, content) };
}

function send(channel: Channel, content: Buffer): void {
  channel.publish('nova', 'notifications.info', content, { contentType: 'application/json' });
}

const queue = 'warrener-firehose-warrener';

test('OpenStack: what may be public comes, and nobody else loses a notification by it', async () => {
  const nova = await openNova();
  const { bridge } = await open({ WARRENER_NOTIFICATIONS_URL: nova.proxy.url });
  const all = await read('openstack/#');
  await until('it is read', () => bridge.health().ok);
  nova.send(enveloped(novaNotification('a', 'compute.instance.create.start', { state: 'building' })));
  nova.send(Buffer.from('not json'));
  nova.send(Buffer.alloc(300_000, ' '));
  nova.send(enveloped(novaNotification('b', 'identity.authenticate')));
  nova.send(enveloped(novaNotification('c')));
  await until('both', () => fresh(all.heard).length === 2);
  expect(fresh(all.heard)).toMatchObject([
    { topic: 'openstack/nova/compute.instance.create.start' },
    { topic: 'openstack/nova/compute.instance.create.end' },
  ]);
  expect(all.on(/instance/)).toMatchObject([
    { id: 'a', state: 'building', resource: 'opaque', project: 'opaque' },
    { id: 'c', state: 'active' },
  ]);
  expect(all.heard.map(({ payload }) => payload).join('')).not.toMatch(nothingOf);
  expect(bridge.health()).toMatchObject({
    published: 2,
    skipped: { malformed: 1, oversized: 1, 'not public': 1 },
  });
  expect((await nova.channel.checkQueue('notifications.info')).messageCount).toBe(5);
});

test('OpenStack: a cut, a Mosquitto that was away, an exchange that comes late: nothing is lost, all in order', async () => {
  const nova = await openNova();
  await nova.channel.deleteExchange('nova');
  // The reader is back before the bridge: Mosquitto lets what is new overtake what waited in a session.
  const gate = await tcpProxy(mosquitto.urls.MQTT_OPENSTACK_URL);
  closings.push(() => gate.close());
  const { bridge } = await open({
    WARRENER_NOTIFICATIONS_URL: nova.proxy.url,
    MQTT_OPENSTACK_URL: gate.url,
  });
  await until('the reason', () => /no exchange 'nova'/.test(bridge.health().detail));
  await nova.channel.assertExchange('nova', 'topic', { durable: false });
  await until('it is read', () => bridge.health().ok);
  const topics = ['openstack/nova/#'];
  const all = await reader(mosquitto.urls.MQTT_READ_URL, topics);
  closings.push(async () => all[Symbol.asyncDispose]());
  const ids = Array.from({ length: 300 }, (_, index) => `n-${index}`);
  for (const [index, id] of ids.entries()) {
    nova.send(enveloped(novaNotification(id)));
    if (index === 100 || index === 220) {
      await until('some', () => bridge.health().published > index / 2);
      nova.proxy.cut();
    }
    if (index === 150) {
      gate.shut();
      await mosquitto.stop();
    }
    if (index === 200) {
      await mosquitto.start();
      await until('the reader to be back', () => all.client.connected);
      await all.client.subscribeAsync(topics, { qos: 1 });
      gate.open();
    }
  }
  const once = () => [...new Set(all.on(/./).map(({ id }) => id))];
  await until('all', () => once().length === ids.length);
  expect(once()).toEqual(ids);
  const left = async () => (await nova.channel.checkQueue(queue)).messageCount;
  await until('the queue to be empty', async () => (await left()) === 0);
}, 60_000);
