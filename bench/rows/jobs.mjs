import { contest } from '../harness.mjs';

const jobs = (steps, atOnce, factor) =>
  contest({
    name: `jobs-${steps}-steps-${atOnce}-at-once`,
    unit: 'steps/s',
    ours: 'ours/jobs.mjs#jobs',
    peers: { 'DBOS Transact': 'peers/dbos.mjs#jobs' },
    options: { steps, atOnce },
    aim: `>= ${factor}`,
    met: (ratio) => ratio >= factor,
  });

export default [jobs(3, 32, 3), jobs(5, 32, 3), jobs(3, 1, 2), jobs(5, 1, 2)];
