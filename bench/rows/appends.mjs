import { contest } from '../harness.mjs';

const appends = (name, peer, where, factor) =>
  contest({
    name,
    unit: 'appends/s',
    ours: 'ours/appends.mjs#appends',
    peers: { [peer]: where },
    options: { atOnce: 64 },
    aim: `>= ${factor}`,
    met: (ratio) => ratio >= factor,
  });

export default [
  appends('appends-64-writers', 'emmett-postgresql', 'peers/emmett.mjs#appends', 3),
  appends('appends-and-inserts', 'pgbench, 8 clients', 'peers/inserts.mjs#inserts', 1),
];
