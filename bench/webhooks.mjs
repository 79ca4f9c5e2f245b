// node bench/webhooks.mjs [--quick] [--only NAME] [--json FILE]: webhooks beside raw POSTs. Needs `npm run build`; takes
// PostgreSQL from DATABASE_URL, or starts one of its own.
import { EventLog, Projector, schemaDirectory as logSchema, write } from '#event-log';
import {
  AddressGuard,
  createWebhook,
  Deliverer,
  Follower,
  ordinaryRetries,
  Poster,
  schemaDirectory as notifySchema,
  webhookChannel,
  WebhookSecrets,
  webhooksProjection,
} from '#notify';
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Agent, request } from 'undici';
import { startServices } from '../scripts/services.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
  },
});

const AT_ONCE = 10; // as many as Warrener sends to one receiver
const BODY_BYTES = 700; // what an event of a broker has
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const say = (text) => process.stderr.write(`${text}\n`);

/** The middle one. */
const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
const percentile = (numbers, share) =>
  numbers.toSorted((one, other) => one - other)[Math.ceil(numbers.length * share) - 1];

async function openReceiver() {
  const child = fork(new URL('receiver.mjs', import.meta.url));
  const [{ port }] = await once(child, 'message');
  const ask = async (question) => {
    child.send(question);
    return (await once(child, 'message'))[0];
  };
  return { url: `http://127.0.0.1:${port}`, ask, close: () => child.disconnect() };
}

/** The notifier's webhooks over a database of their own; Redis is not on this path. */
async function openNotified(admin) {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await query(admin, `create database ${name} template template0`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 20 });
  for (const directory of [logSchema, notifySchema])
    for (const file of readdirSync(directory).sort())
      await pool.query(readFileSync(new URL(file, directory), 'utf8'));
  pool.on('error', () => undefined); // an idle connection that ends with its database
  const log = new EventLog(pool);
  const world = { log, secrets: new WebhookSecrets(pool, randomBytes(32)) };
  const poster = new Poster(new AddressGuard(['127.0.0.0/8']));
  const wakeAt = () => Promise.reject(new Error('no Redis here'));
  const deliverer = new Deliverer({ pool, world, poster, retries: ordinaryRetries, wakeAt, logger: silent });
  const projector = new Projector(pool, log, [webhooksProjection]);
  const channel = webhookChannel({
    pool,
    source: 'urn:warrener:bench',
    giveUpAfterMs: ordinaryRetries.giveUpAfterMs,
    refreshWebhooks: () => projector.catchUp(),
    wake: async (webhooks) => webhooks.forEach((webhook) => deliverer.wake(webhook)),
  });
  const follower = new Follower(pool, log, channel, silent);
  return {
    pool,
    start: () => {
      deliverer.start();
      follower.start();
    },
    subscribe: async (target) => {
      const settings = { url: target, types: ['broker.*'], description: '', paused: false };
      const made = await createWebhook(world, 't', settings, undefined, () => []);
      if (made === 'conflict') throw new Error('a webhook with a new id met another');
    },
    refresh: () => projector.catchUp(),
    happen: async (broker, count) => {
      const facts = Array.from({ length: count }, () => ({
        type: 'BrokerReady',
        job: randomUUID(),
        endpoint: 'e',
      }));
      await log.append({ writes: [write(brokerStream, { stream: `broker-${broker}`, tenant: 't' }, facts)] });
      follower.nudge();
    },
    close: async () => {
      await follower.stop();
      const stopped = deliverer.stop();
      await poster.close();
      await stopped;
      await pool.end();
      await query(admin, `drop database ${name} with (force)`);
    },
  };
}

const brokerStream = { kind: 'broker', stateVersion: 1, initial: () => ({}), evolve: (state) => state };

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function reached(receiver, count) {
  while ((await receiver.ask('count')).count < count) await sleep(20);
}

/** Events a second: from the log to a receiver, each delivery and attempt kept. */
async function ourRate(admin, receiver, events) {
  const it = await openNotified(admin);
  try {
    await it.subscribe(`${receiver.url}/ours`);
    await it.refresh();
    for (let broker = 0; broker < 100; broker += 1) await it.happen(String(broker), events / 100);
    await receiver.ask('forget');
    const began = performance.now();
    it.start();
    await reached(receiver, events);
    const left = `select count(*)::int as left from warrener.delivery where status <> 'delivered'`;
    while ((await it.pool.query(left)).rows[0].left > 0) await sleep(5);
    return (events / (performance.now() - began)) * 1_000;
  } finally {
    await it.close();
  }
}

/** Raw POSTs a second to the same receiver. */
async function rawRate(receiver, events) {
  const dispatcher = new Agent({ pipelining: 1 });
  const body = 'x'.repeat(BODY_BYTES);
  let sent = 0;
  const began = performance.now();
  const sender = async () => {
    while (sent < events) {
      sent += 1;
      const headers = { 'content-type': 'application/json', 'webhook-id': String(sent) };
      const answer = await request(`${receiver.url}/raw`, { method: 'POST', body, headers, dispatcher });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  const rate = (events / (performance.now() - began)) * 1_000;
  await dispatcher.close();
  return rate;
}

async function throughput(admin) {
  const events = options.quick ? 2_000 : 10_000;
  const receiver = await openReceiver();
  const [ours, peer] = [[], []];
  await rawRate(receiver, 500); // warm
  await ourRate(admin, receiver, 500);
  for (let round = 0; round < 3; round += 1) {
    ours.push(await ourRate(admin, receiver, events));
    peer.push(await rawRate(receiver, events));
  }
  receiver.close();
  return row(
    'webhook-throughput',
    median(ours),
    median(peer),
    'at least 0.5 of raw POSTs/s',
    (ratio) => ratio >= 0.5,
  );
}

/** Milliseconds from an event to its arrival at the endpoints that do not hang, 99th percentile. */
async function p99(admin, endpoints, hanging, events) {
  const [receiver, hung] = [await openReceiver(), await openReceiver()];
  const it = await openNotified(admin);
  try {
    for (let number = 0; number < endpoints; number += 1)
      await it.subscribe(number < hanging ? `${hung.url}/hang/${number}` : `${receiver.url}/${number}`);
    await it.refresh();
    it.start();
    const began = new Map();
    for (let number = 0; number < events; number += 1) {
      began.set(`broker-${number}-1`, Date.now());
      await it.happen(String(number), 1);
      await reached(receiver, (endpoints - hanging) * (number + 1)); // the machine rests between two events
    }
    // The first event opens the connections.
    const { arrivals } = await receiver.ask('arrivals');
    return percentile(
      arrivals.filter(([, id]) => id !== 'broker-0-1').map(([, id, at]) => at - began.get(id)),
      0.99,
    );
  } finally {
    receiver.close();
    hung.close();
    await it.close();
  }
}

async function isolation(admin) {
  const [endpoints, events, rounds] = options.quick ? [1_000, 5, 3] : [1_000, 15, 5];
  const [ours, peer] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    peer.push(await p99(admin, endpoints, 0, events));
    ours.push(await p99(admin, endpoints, 10, events));
    say(`  round ${round + 1}: ${ours.at(-1)} ms with hanging ones, ${peer.at(-1)} ms without`);
  }
  const aim = 'at most 1.2 of the p99 (ms) where none hangs';
  return row('webhook-isolation-p99', median(ours), median(peer), aim, (ratio) => ratio <= 1.2);
}

function row(name, ours, peer, aim, isMet) {
  const ratio = ours / peer;
  return {
    name,
    ours: Math.round(ours),
    peer: Math.round(peer),
    ratio: Math.round(ratio * 100) / 100,
    aim,
    met: isMet(ratio),
  };
}

const benches = { 'webhook-throughput': throughput, 'webhook-isolation-p99': isolation };
const wanted = Object.entries(benches).filter(
  ([name]) => options.only === undefined || name === options.only,
);
if (wanted.length === 0) {
  say(`There is no ${options.only}; there are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
const services = await startServices({ dir: '.warrener/bench', want: ['postgres'], say });
const rows = [];
try {
  for (const [name, bench] of wanted) {
    say(name);
    rows.push(await bench(services.env.DATABASE_URL));
  }
} finally {
  await services.stop();
}
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(rows, null, 2));
console.table(rows);
