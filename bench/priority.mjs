// How fast, how cheap and how fair the work queues are, beside the algorithm they replace:
//   node bench/priority.mjs [--quick] [--only NAME] [--json FILE]
// Needs a build. Over the RabbitMQ of AMQP_URL, or else one of its own.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServices, stopServices } from '../scripts/services.mjs';
import { pollingConsumer, plainConsumer } from './priority/polling.mjs';
import { jain, openWorld, percentile, until } from './priority/world.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' } },
});
const quick = flags.quick === true;

const SLOTS = 20;
const PREFETCH = 24; // what ours takes with as many slots
const HANDLER_MS = 2;

const starters = {
  ours: async (world, queues, handler) => world.ours(queues, SLOTS, handler),
  polling: (world, queues, handler) => pollingConsumer(world.connection, { queues, slots: SLOTS, handler }),
};

/** From publishing to the handler's start, over an idle higher queue while a lower one is full, milliseconds. */
async function switchTimes(world, starter, probes) {
  const [high, low] = [await world.queue('high'), await world.queue('low')];
  await world.fill(low, quick ? 20_000 : 100_000);
  const times = [];
  let lower = 0;
  const consumer = await starters[starter](world, [high, low], async (body, queue) => {
    if (queue === high) times.push(performance.now() - body.sentAt);
    else lower += 1;
    await sleep(HANDLER_MS);
  });
  await until('the lower queue to be worked on', () => lower > 100);
  for (let probe = 0; probe < probes; probe += 1) {
    const before = lower;
    await until('the lower queue to be worked on again', () => lower > before + 20, 30_000);
    world.send(high, { sentAt: performance.now() });
    await until('its handler', () => times.length === probe + 1);
    await sleep(40 * Math.random());
  }
  await consumer.stop();
  return times;
}

/** Messages of a full lower queue that begin although higher ones wait: for each burst of 500 higher ones. */
async function inversions(world, starter, bursts) {
  const [high, low] = [await world.queue('high'), await world.queue('low')];
  await world.fill(low, quick ? 20_000 : 100_000);
  let higher = 0;
  let lower = 0;
  const consumer = await starters[starter](world, [high, low], async (_, queue) => {
    if (queue === high) higher += 1;
    else lower += 1;
    await sleep(HANDLER_MS);
  });
  let inverted = 0;
  for (let burst = 1; burst <= bursts; burst += 1) {
    const before = lower;
    await until('the lower queue to be worked on', () => lower > before + 100);
    for (let i = 0; i < 500; i += 1) world.send(high, {});
    await until('the first', () => higher > (burst - 1) * 500);
    const first = lower;
    await until('the burst', () => higher === burst * 500);
    inverted += lower - first;
  }
  await consumer.stop();
  return inverted / bursts;
}

async function throughput(world, start) {
  const count = quick ? 10_000 : 30_000;
  const queue = await world.queue('work');
  const idle = await world.queue('idle');
  await world.fill(queue, count);
  let handled = 0;
  let began = 0; // with the first message: connecting is not what is measured
  let ended = 0;
  const consumer = await start(queue, idle, async () => {
    handled += 1;
    if (handled === 1) began = performance.now();
    if (handled === count) ended = performance.now();
  });
  await until('all messages', () => ended > 0);
  const perSecond = (count / (ended - began)) * 1_000;
  await consumer.stop();
  return perSecond;
}

/** Work that each tenant got over a backlog, in milliseconds. */
async function shares(world, tenants) {
  const used = new Map(tenants.map(({ name }) => [name, 0]));
  const owner = new Map();
  const level = [];
  for (const { name, queues = 1, weight = 1, workMs } of tenants) {
    for (let i = 0; i < queues; i += 1) {
      const queue = await world.queue(name);
      owner.set(queue, { name, workMs });
      level.push(`${queue}:${weight}`);
      await world.fill(queue, quick ? 3_000 : 6_000, name);
    }
  }
  let total = 0;
  const consumer = world.ours([level.join(',')], 8, async (_, queue) => {
    const { name, workMs } = owner.get(queue);
    const began = performance.now();
    await sleep(workMs);
    const took = performance.now() - began;
    total += took;
    used.set(name, used.get(name) + took);
  });
  await until('enough work', () => total > (quick ? 15_000 : 40_000));
  await consumer.stop();
  return tenants.map(({ name, weight = 1 }) => ({ name, share: used.get(name) / total, weight }));
}

const row = (name, ours, peer, aim, met) => ({ name, ours, peer, ratio: ours / peer, aim, met });

const rows = {
  'priority-switch-p99-ms': async (world) => {
    const probes = quick ? 50 : 250; // few enough for the lower queue not to run dry
    const ours = percentile(await switchTimes(world, 'ours', probes), 0.99);
    const peer = percentile(await switchTimes(world, 'polling', probes), 0.99);
    return row('priority-switch-p99-ms', ours, peer, '< 50', ours < 50);
  },
  'priority-inversions': async (world) => {
    const bursts = quick ? 4 : 10;
    const ours = await inversions(world, 'ours', bursts);
    const peer = await inversions(world, 'polling', bursts);
    return row('priority-inversions', ours, peer, '<= slots + prefetch', ours <= SLOTS + PREFETCH);
  },
  'priority-throughput': async (world) => {
    const measured = { ours: [], plain: [] };
    for (let round = 0; round < 3; round += 1) {
      measured.plain.push(
        await throughput(world, (queue, _, handler) =>
          plainConsumer(world.connection, { queue, prefetch: PREFETCH, handler }),
        ),
      );
      measured.ours.push(
        await throughput(world, async (queue, idle, handler) => world.ours([idle, queue], SLOTS, handler)),
      );
    }
    const [ours, plain] = [percentile(measured.ours, 0.5), percentile(measured.plain, 0.5)];
    return row('priority-throughput', ours, plain, '>= 0.9 of a plain consumer', ours >= 0.9 * plain);
  },
  'priority-throughput-polling': async (world) => {
    const ours = await throughput(world, async (queue, idle, handler) =>
      world.ours([idle, queue], SLOTS, handler),
    );
    const peer = await throughput(world, (queue, idle, handler) =>
      pollingConsumer(world.connection, { queues: [idle, queue], slots: SLOTS, handler }),
    );
    return row('priority-throughput-polling', ours, peer, '>= 0.9 of polling', ours >= 0.9 * peer);
  },
  'priority-jain': async (world) => {
    const got = await shares(world, [
      { name: 'acme', weight: 1, workMs: 40 },
      { name: 'beta', weight: 2, workMs: 20 },
      { name: 'gamma', weight: 3, workMs: 10 },
    ]);
    const sum = got.reduce((total, { weight }) => total + weight, 0);
    const index = jain(got.map(({ share, weight }) => share / weight));
    const off = Math.max(...got.map(({ share, weight }) => Math.abs(share / (weight / sum) - 1)));
    console.log(`  ${got.map(({ name, share }) => `${name} ${(share * 100).toFixed(1)} %`).join(', ')}`);
    return row('priority-jain', index, 1, '>= 0.98, each within 5 %', index >= 0.98 && off <= 0.05);
  },
  'priority-split-flood': async (world) => {
    const [, flood] = await shares(world, [
      { name: 'acme', workMs: 4 },
      { name: 'flood', queues: 5, workMs: 4 },
    ]);
    const { share } = flood;
    return row(
      'priority-split-flood',
      share,
      0.5,
      'share of one tenant, within 5 %',
      Math.abs(share / 0.5 - 1) <= 0.05,
    );
  },
};

const wanted = Object.keys(rows).filter((name) => flags.only === undefined || name === flags.only);
if (wanted.length === 0)
  throw new Error(`there is no row ${flags.only}; there are ${Object.keys(rows).join(', ')}`);

const folder = '.warrener/bench-priority';
const own = process.env['AMQP_URL'] === undefined;
const { env } = own ? await startServices({ dir: folder, want: ['rabbitmq'] }) : { env: process.env };
const results = [];
try {
  const world = await openWorld(env['AMQP_URL']);
  for (const name of wanted) {
    console.log(`${name} …`);
    results.push(await rows[name](world));
  }
  await world.close();
} finally {
  if (own) await stopServices(folder);
}
console.table(
  results.map(({ name, ours, peer, ratio, aim, met }) => ({
    name,
    ours: Number(ours.toPrecision(4)),
    peer: Number(peer.toPrecision(4)),
    ratio: Number(ratio.toPrecision(3)),
    aim,
    met,
  })),
);
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.every(({ met }) => met) ? 0 : 1;
