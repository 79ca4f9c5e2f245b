import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorld, until } from '../priority/world.mjs';
import { row } from '../harness.mjs';
import { percentile } from '../statistics.mjs';

const SLOTS = 8;
const STEP_MS = 20;
const FLOOD = 10_000;

/** The small tenant's wait from publishing to the step's start, milliseconds, while another has work in so many queues. */
async function waits(world, rabbit, floodQueues) {
  const small = await rabbit.queue('small');
  const flood = [];
  for (let number = 0; number < floodQueues; number += 1) {
    flood.push(await rabbit.queue('flood'));
    await rabbit.fill(flood.at(-1), FLOOD / floodQueues, 'flood');
  }
  const times = [];
  const began = { flood: floodQueues === 0 ? 1 : 0 };
  const consumer = rabbit.ours([[small, ...flood].join(',')], SLOTS, async (body, queue) => {
    if (queue === small) times.push(performance.now() - body.sentAt);
    else began.flood += 1;
    await sleep(STEP_MS);
  });
  await until('the flood to be worked on', () => began.flood > 0);
  const jobs = world.quick ? 100 : 500;
  for (let job = 0; job < jobs; job += 1) {
    rabbit.send(small, { sentAt: performance.now() }, 'small');
    await sleep(STEP_MS * 2); // far below half of what the worker can do
  }
  await until('the small tenant', () => times.length === jobs);
  await consumer.stop();
  return percentile(times, 0.99);
}

const flood = (name, queues) => ({
  name,
  run: async (world) => {
    const rabbit = await openWorld(world.env.AMQP_URL);
    try {
      const [own, peer] = [[], []];
      for (let round = 0; round < (world.quick ? 3 : 5); round += 1) {
        peer.push(await waits(world, rabbit, 0));
        own.push(await waits(world, rabbit, queues));
        world.say(`  round ${round + 1}: ${own.at(-1)} ms under the flood, ${peer.at(-1)} ms alone`);
      }
      const words = { name, unit: 'ms, p99', against: 'alone', aim: '<= 2 times alone + a step' };
      return row({ ...words, own, peer, met: (_, ours, alone) => ours <= 2 * alone + STEP_MS });
    } finally {
      await rabbit.close();
    }
  },
});

export default [flood('flood-wait', 1), flood('flood-wait-50-queues', 50)];
