import mqtt from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { randomUUID } from 'node:crypto';

interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

/** Somebody who reads the firehose. */
export interface Reader extends AsyncDisposable {
  readonly client: MqttClient;
  readonly heard: readonly Heard[];
  /** What came to topics that match, as objects; nothing for an empty payload. */
  on(topic: RegExp): readonly Readonly<Record<string, unknown>>[];
}

/**
 * Connects and subscribes, again whenever the connection is lost. What comes meanwhile it misses.
 */
export async function reader(
  url: string,
  topics: readonly string[],
  options: IClientOptions = {},
): Promise<Reader> {
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 5,
    clientId: `reader-${randomUUID()}`,
    clean: true,
    properties: { receiveMaximum: 50 },
    reconnectPeriod: 200,
    connectTimeout: 10_000,
    ...options,
  });
  const heard: Heard[] = [];
  client.on('error', () => undefined); // a Mosquitto that is killed
  client.on('message', (topic, payload, { retain }) =>
    heard.push({ topic, payload: payload.toString(), retained: retain }),
  );
  await client.subscribeAsync([...topics], { qos: 1 });
  return {
    client,
    heard,
    on: (topic) =>
      heard
        .filter((message) => topic.test(message.topic) && message.payload !== '')
        .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>),
    [Symbol.asyncDispose]: () => client.endAsync(true),
  };
}
