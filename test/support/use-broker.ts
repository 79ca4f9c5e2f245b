import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';

/** Logs in to a broker as its tenant would and passes a message through. Rejects where any of it fails. */
export async function useBroker(endpoint: string, username: string, password: string): Promise<void> {
  const { protocol, hostname, port } = new URL(endpoint);
  if (protocol === 'amqp:') await useAmqp({ hostname, port: Number(port), username, password });
  else await useMqtt({ host: hostname, port: Number(port), username, password });
}

async function useAmqp(options: {
  hostname: string;
  port: number;
  username: string;
  password: string;
}): Promise<void> {
  const connection = await connect({ protocol: 'amqp', ...options }, { timeout: 15_000 });
  try {
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const body = randomUUID();
    channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
    const message = await channel.get(queue, { noAck: true });
    if (message === false || message.content.toString() !== body)
      throw new Error('the message did not come back');
  } finally {
    await connection.close();
  }
}

async function useMqtt(options: {
  host: string;
  port: number;
  username: string;
  password: string;
}): Promise<void> {
  const client = await mqtt.connectAsync({
    protocol: 'mqtt' as const,
    connectTimeout: 15_000,
    reconnectPeriod: 0,
    ...options,
  });
  try {
    const body = randomUUID();
    const received = new Promise<string>((resolve) =>
      client.once('message', (_topic, payload) => resolve(payload.toString())),
    );
    await client.subscribeAsync('test/topic', { qos: 1 });
    await client.publishAsync('test/topic', body, { qos: 1 });
    if ((await received) !== body) throw new Error('another message came back');
  } finally {
    await client.endAsync(true);
  }
}
