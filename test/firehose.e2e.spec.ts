import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateMosquitto } from '../libs/notify/testing/private-mosquitto.ts';
import { privateMosquitto } from '../libs/notify/testing/private-mosquitto.ts';
import type { TcpProxy } from '../libs/notify/testing/proxy.ts';
import { tcpProxy } from '../libs/notify/testing/proxy.ts';
import { reader } from '../libs/notify/testing/reader.ts';
import { openChromium, servePages } from './support/chromium.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import type { Running } from './support/processes.ts';
import { startProgram } from './support/processes.ts';
import { until } from './support/until.ts';

const MQTT_JS = join(import.meta.dirname, '../node_modules/mqtt/dist/mqtt.min.js');
const PASSWORD = 'never-on-the-firehose-7';

let cloud: TestCloud;
let mosquitto: PrivateMosquitto;
let gate: TcpProxy; // between the notifier and Mosquitto
let warrener: Installation;
let notifier: Running;

const startNotifier = () => startProgram('dist/apps/notifier/main.js', warrener.env, { key: 'notifier' });

beforeAll(async () => {
  [cloud, mosquitto] = await Promise.all([openCloud(), privateMosquitto()]);
  gate = await tcpProxy(mosquitto.urls.MQTT_URL);
  warrener = await install(cloud, { apiOnly: true, env: { ...mosquitto.urls, MQTT_URL: gate.url } });
  notifier = await startNotifier();
}, 120_000);

afterAll(async () => {
  await notifier[Symbol.asyncDispose]();
  await warrener[Symbol.asyncDispose]();
  await gate.close();
  await mosquitto[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
}, 60_000);

/** Asks for a broker; there is no worker here, so that it stays `requested`. */
async function launch(name: string): Promise<string> {
  const { status, body } = await warrener.api.call('POST', '/v1/brokers', {
    name,
    image: 'Mosquitto',
    flavor: cloud.flavor,
    network: cloud.network,
    key: cloud.key,
    admin_username: 'admin',
    admin_password: PASSWORD,
  });
  if (status !== 202) throw new Error(`the launch was answered ${status}: ${JSON.stringify(body)}`);
  return (body as unknown as { broker: { id: string } }).broker.id;
}

/** What anybody may put on a page of theirs: docs/firehose.md shows it. */
const page = (url: string): string => `<!doctype html>
<meta charset="utf-8">
<title>Firehose</title>
<ol></ol>
<p></p>
<script src="/mqtt.min.js"></script>
<script>
  const client = mqtt.connect(${JSON.stringify(url)}, { protocolVersion: 5 });
  client.subscribe('warrener/broker/#');
  client.on('message', (topic, payload) => {
    const line = document.createElement('li');
    line.textContent = topic + ' ' + payload;
    document.querySelector('ol').append(line);
  });
  const write = () => client.publish('warrener/status', 'ours now', { qos: 1, retain: true }, (error) => {
    document.querySelector('p').textContent = error ? error.message : 'taken';
  });
</script>`;

test('a page in a browser reads what happens over WebSocket, and can write nothing', async () => {
  await using server = await servePages({
    '/': { type: 'text/html', body: page(mosquitto.urls.MQTT_WEBSOCKET_URL) },
    '/mqtt.min.js': { type: 'text/javascript', body: readFileSync(MQTT_JS) },
  });
  const earlier = await launch('earlier-secret-name');
  const browser = await openChromium();
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}/`);
    const lines = () => tab.locator('li').allTextContents();
    // The state of one from before the page was there, retained.
    await until('the state', async () =>
      (await lines()).some((line) => line.startsWith(`warrener/broker/state/${earlier} `)),
    );
    const broker = await launch('later-secret-name');
    await until('the event', async () =>
      (await lines()).some((line) => line.startsWith(`warrener/broker/requested/${broker} `)),
    );
    await tab.evaluate('write()');
    await until('an answer', async () => (await tab.locator('p').textContent()) !== '');
    expect(await tab.locator('p').textContent()).toMatch(/Not authorized/);
    expect((await lines()).join('\n')).not.toMatch(/secret-name|never-on-the-firehose|m1\.small|lab\.small/);
  } finally {
    await browser.close();
  }
}, 240_000);

test('the notifier and Mosquitto are killed in mid-stream: every event comes, and no launch waits for it', async () => {
  await using patient = await reader(mosquitto.urls.MQTT_READ_URL, ['warrener/#']);
  const status = () => patient.on(/^warrener\/status$/).at(-1)?.['status'];
  const brokers: string[] = [];
  const some = async (count: number) => {
    for (let index = 0; index < count; index += 1) brokers.push(await launch(`mid-stream-${brokers.length}`));
  };
  await some(2);
  notifier.kill('SIGKILL');
  await notifier.ended;
  await until('the will', () => status() === 'offline');
  await some(2);
  await mosquitto.saved(); // nobody is left to tell again what it acknowledged
  gate.shut();
  await mosquitto.kill();
  const began = Date.now();
  await some(2);
  expect(Date.now() - began).toBeLessThan(20_000);
  notifier = await startNotifier(); // without its Mosquitto
  await some(2);
  await mosquitto.start();
  // Mosquitto lets what is new overtake what waited in a session, so the reader keeps none and is back first.
  await until('the reader to be back', () => patient.client.connected);
  await patient.client.subscribeAsync('warrener/#', { qos: 1 });
  gate.open();
  await until('it to be back', () => status() === 'online');
  await some(2);
  const idsOn = (topic: RegExp) => patient.on(topic).map(({ id }) => String(id));
  const requested = () =>
    new Set(patient.on(/broker\/requested/).map(({ subject }) => String(subject).replace('broker/', '')));
  await until('every broker', () => brokers.every((broker) => requested().has(broker)), 60_000);
  expect(new Set(idsOn(/job\/submitted/)).size).toBe(brokers.length);
  await using late = await reader(mosquitto.urls.MQTT_READ_URL, ['warrener/broker/state/+']);
  await until('the states', () => {
    const kept = new Set(late.on(/./).map((state) => String(state['broker_id'])));
    return brokers.every((broker) => kept.has(broker));
  });
}, 180_000);

test('told to stop, the notifier says goodbye', async () => {
  await using watcher = await reader(mosquitto.urls.MQTT_READ_URL, ['warrener/status']);
  await until('online', () => watcher.on(/./).at(-1)?.['status'] === 'online');
  notifier.kill('SIGTERM');
  expect(await notifier.ended).toBe(0);
  await until('offline', () => watcher.on(/./).at(-1)?.['status'] === 'offline');
  expect(watcher.on(/./).at(-1)).toMatchObject({ at: expect.any(String) as string }); // the will would not know when
  notifier = await startNotifier();
}, 60_000);
