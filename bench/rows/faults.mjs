import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { row, start } from '../harness.mjs';

const JOBS = 10_000;

const memory = {
  name: 'waiting-memory',
  run: async (world) => {
    const worker = await start(world, 'ours/waiting.mjs#waiting');
    try {
      const idle = await worker.measure({ jobs: 1_000 }); // what it needs to run at all
      const busy = await worker.measure({ jobs: JOBS });
      const words = { name: 'waiting-memory', unit: 'MB', against: 'idle', aim: '<= idle + 50 MB' };
      return row({ ...words, own: [busy], peer: [idle], met: () => busy <= idle + 50 });
    } finally {
      await worker.close();
    }
  },
};

/** Seconds from the death of a worker until its step begins elsewhere. */
const takeover = {
  name: 'takeover',
  run: async (world) => {
    const took = [];
    for (let round = 0; round < (world.quick ? 3 : 5); round += 1) {
      const queue = `bench.${randomBytes(6).toString('hex')}`;
      const victim = await start(world, 'ours/holding.mjs#holding', { queue });
      let heir;
      try {
        await victim.measure({ submit: true });
        heir = await start(world, 'ours/holding.mjs#holding', { queue, database: victim.database });
        await sleep(500);
        const killed = Date.now();
        victim.kill('SIGKILL');
        took.push(((await heir.measure({})) - killed) / 1_000);
      } finally {
        await heir?.close();
        await victim.close();
      }
      world.say(`  round ${round + 1}: ${took.at(-1)} s`);
    }
    const words = { name: 'takeover', unit: 's', against: 'the aim', aim: '< 2 s' };
    return row({ ...words, own: took, peer: [2], met: () => Math.max(...took) < 2 });
  },
};

export default [memory, takeover];
