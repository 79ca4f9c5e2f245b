import { rotate, row, start } from '../harness.mjs';

const against = 'commit + publish → deliver';

/** An idle system, asked 25 times a second. */
const idle = {
  name: 'start-latency',
  run: async (world) => {
    const opened = {};
    try {
      opened.ours = await start(world, 'ours/latency.mjs#startLatency');
      opened.bare = await start(world, 'ours/bare-publish.mjs#startLatency');
      const details = { perSecond: 25, seconds: world.seconds };
      for (const contender of Object.values(opened)) await contender.measure({ ...details, seconds: 2 }); // warm
      const { ours, bare } = await rotate(world, opened, details);
      const rowOf = (part, aim, met) =>
        row({
          name: `start-latency-${part}`,
          unit: 'ms',
          own: ours.map((times) => times[part]),
          peer: bare.map((times) => times[part]),
          against,
          aim,
          met,
        });
      return [
        rowOf('p50', '<= 2 times theirs', (ratio) => ratio <= 2),
        rowOf('p99', '< 25 ms', (_, own) => own < 25),
      ];
    } finally {
      for (const contender of Object.values(opened)) await contender.close();
    }
  },
};

export default [idle];
