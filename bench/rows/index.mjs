import appends from './appends.mjs';
import cost from './cost.mjs';
import faults from './faults.mjs';
import flood from './flood.mjs';
import jobs from './jobs.mjs';
import latency from './latency.mjs';
import log from './log.mjs';
import scripts from './scripts.mjs';

/** Every row: its name, and how it is measured; one measurement may answer several. */
export const rows = [...jobs, ...cost, ...appends, ...latency, ...log, ...faults, ...flood, ...scripts];
