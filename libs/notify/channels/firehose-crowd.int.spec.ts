import { randomBytes } from 'node:crypto';
import { until } from '../../../test/support/until.ts';
import { sourceOf } from '../core/public-event.ts';
import { opaqueIds } from '../opaque.ts';
import { privateMosquitto } from '../testing/private-mosquitto.ts';
import { reader } from '../testing/reader.ts';
import type { Reader } from '../testing/reader.ts';
import { recordedLog } from '../testing/recorded-log.ts';
import { toldEvent } from '../testing/told-events.ts';
import { FirehosePublisher } from './firehose-publisher.ts';
import { firehoseChannel } from './firehose.ts';

const CROWD = 200;
const EVENTS = 100;

test('200 browsers come and go over WebSocket, and nobody who stays misses anything', async () => {
  await using mosquitto = await privateMosquitto();
  const { MQTT_URL, MQTT_READ_URL, MQTT_WEBSOCKET_URL } = mosquitto.urls;
  const log = recordedLog();
  const publisher = new FirehosePublisher({ url: MQTT_URL, prefix: 'warrener', logger: log.logger });
  publisher.start();
  const options = {
    source: sourceOf('test'),
    opaque: opaqueIds(randomBytes(32)),
    isNamed: async () => false,
  };
  const channel = firehoseChannel({ publisher, ...options });
  const topics = ['warrener/broker/changed/+', 'warrener/broker/requested/+'];
  const join = () => reader(MQTT_WEBSOCKET_URL, topics, { reconnectPeriod: 0 });
  const steady = await Promise.all([reader(MQTT_READ_URL, topics), join(), join()]);
  const crowd: Reader[] = await Promise.all(Array.from({ length: CROWD }, join));
  let left = 0;

  /** One leaves, half of them without a goodbye, and another one comes. */
  const change = async (place: number): Promise<void> => {
    const leaving = crowd[place]!;
    left += 1;
    if (left % 2 === 0) leaving.client.stream.destroy();
    await leaving[Symbol.asyncDispose]();
    crowd[place] = await join();
  };
  const turmoil = (async () => {
    for (let place = 0; place < CROWD; place += 10)
      await Promise.all(Array.from({ length: 10 }, (_, index) => change(place + index)));
  })();
  let slowestMs = 0;
  for (let sequence = 1; sequence <= EVENTS; sequence += 10) {
    const events = Array.from({ length: 10 }, (_, index) =>
      toldEvent('broker.changed', `b-${index % 5}`, sequence + index, { status: 'launching' }),
    );
    const began = performance.now();
    await channel.deliver(events);
    slowestMs = Math.max(slowestMs, performance.now() - began);
  }
  await turmoil;
  const sequences = (one: Reader) => one.on(/changed/).map(({ sequence }) => Number(sequence));
  const everything = Array.from({ length: EVENTS }, (_, index) => index + 1);
  for (const one of steady) {
    await until('all events', () => one.heard.length >= EVENTS);
    expect(sequences(one)).toEqual(everything);
  }
  expect(left).toBe(CROWD);
  expect(log.count(/no connection to Mosquitto/)).toBe(0);
  expect(slowestMs).toBeLessThan(15_000);
  // Whoever is there at the end is served as before.
  await channel.deliver([toldEvent('broker.requested', 'last', 1)]);
  for (const one of crowd) await until('the last', () => one.on(/requested\/last/).length === 1);
  await publisher.stop();
  await Promise.all([...crowd, ...steady].map((one) => one[Symbol.asyncDispose]()));
}, 60_000);
