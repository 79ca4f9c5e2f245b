import { declareWorkQueue } from '#dispatch';
import { connect } from 'amqplib';
import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { openLoop } from '../load.mjs';

/** The least that durable work takes: a row committed, then a message through a quorum queue. Milliseconds: { p50, p99 }. */
export async function startLatency({ env, database }) {
  const pool = new pg.Pool({ connectionString: database });
  pool.on('error', () => undefined);
  await pool.query('create table fact (id uuid primary key)');
  const connection = await connect(env.AMQP_URL, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const queue = `bench.${randomBytes(6).toString('hex')}`;
  await declareWorkQueue(channel, queue);
  const waiting = new Map();
  await channel.consume(queue, (message) => {
    if (message === null) return; // the queue is deleted
    waiting.get(message.content.toString())?.();
    channel.ack(message);
  });
  const call = async () => {
    const id = randomUUID();
    const delivered = new Promise((resolve) => waiting.set(id, resolve));
    await pool.query({ name: 'fact', text: 'insert into fact values ($1)', values: [id] });
    channel.sendToQueue(queue, Buffer.from(id), { persistent: true });
    await delivered;
    waiting.delete(id);
  };
  const close = async () => {
    await channel.deleteQueue(queue);
    await connection.close();
    await pool.end();
  };
  return { measure: ({ perSecond, seconds }) => openLoop({ perSecond, seconds, call }), close };
}
