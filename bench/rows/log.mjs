import { rotate, row, start } from '../harness.mjs';

const rebuild = {
  name: 'rebuild',
  run: async (world) => {
    const opened = {};
    try {
      opened.ours = await start(world, 'ours/log.mjs#rebuild', { events: world.quick ? 24_000 : 200_000 });
      opened.cursor = await start(world, 'ours/log.mjs#readByCursor', { database: opened.ours.database });
      const { ours, cursor } = await rotate(world, opened, {});
      const words = { name: 'rebuild', unit: 'events/s', against: 'reading by a cursor', aim: '>= 0.4' };
      return row({ ...words, own: ours, peer: cursor, met: (ratio) => ratio >= 0.4 });
    } finally {
      for (const contender of Object.values(opened)) await contender.close();
    }
  },
};

/** How much dearer a job is over a long log. */
const sizes = {
  name: 'long-log',
  run: async (world) => {
    const opened = {};
    try {
      const over = (events) => start(world, 'ours/log.mjs#jobsOverLog', { events });
      opened['10k'] = await over(10_000);
      opened['1m'] = await over(1_000_000);
      if (!world.quick) opened['10m'] = await over(10_000_000);
      for (const contender of Object.values(opened)) await contender.measure({ seconds: 2 }); // warm
      const values = await rotate(world, opened, { seconds: world.seconds });
      const rowOf = (size, most) =>
        row({
          name: `long-log-${size}`,
          unit: 'ms/job',
          own: values[size],
          peer: values['10k'],
          against: 'itself at 10k',
          aim: `<= ${most}`,
          met: (ratio) => ratio <= most,
        });
      return [rowOf('1m', 1.15), ...(world.quick ? [] : [rowOf('10m', 1.3)])];
    } finally {
      for (const contender of Object.values(opened)) await contender.close();
    }
  },
};

export default [rebuild, sizes];
