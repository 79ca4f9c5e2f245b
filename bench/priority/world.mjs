import { connect } from 'amqplib';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { declareWorkQueue, WorkQueueConsumer } from '#dispatch';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

/** A connection to RabbitMQ, queues of the bench's own, and what the measurements do with them. */
export async function openWorld(url) {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const made = new Set();
  let numbers = 0;

  return {
    connection,
    /** A fresh queue. */
    queue: async (name) => {
      const queue = `bench.${process.pid}.${(numbers += 1)}.${name}`;
      await declareWorkQueue(channel, queue);
      made.add(queue);
      return queue;
    },
    send: (queue, body, tenant) => {
      const headers = tenant === undefined ? {} : { 'x-warrener-tenant': tenant };
      const messageId = `b${(numbers += 1)}`;
      channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), { persistent: true, messageId, headers });
    },
    fill: async (queue, count, tenant) => {
      for (let sent = 0; sent < count; sent += 1) {
        const body = Buffer.from(`{"i":${sent}}`);
        const headers = tenant === undefined ? {} : { 'x-warrener-tenant': tenant };
        channel.sendToQueue(queue, body, { persistent: true, messageId: `f${(numbers += 1)}`, headers });
        if (sent % 500 === 499) await channel.waitForConfirms();
      }
      await channel.waitForConfirms();
    },
    confirmed: () => channel.waitForConfirms(),
    ours: (queues, slots, handler) => {
      const consumer = new WorkQueueConsumer({
        url,
        queues,
        slots,
        logger: silent,
        handler: (body, { queue }) => handler(body, queue),
      });
      consumer.start();
      return { stop: () => consumer.stop(), consumed: () => consumer.report().consumed };
    },
    close: async () => {
      for (const queue of made) await channel.deleteQueue(queue);
      await connection.close();
    },
  };
}

/** Waits for a fact. */
export async function until(what, fact, timeoutMs = 180_000) {
  const end = performance.now() + timeoutMs;
  while (!fact()) {
    if (performance.now() > end) throw new Error(`waited too long for ${what}`);
    await sleep(5);
  }
}

export function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];
}

/** Jain's index: 1 where all are equal, 1/n where one has everything. */
export function jain(values) {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
}
