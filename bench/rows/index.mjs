import appends from './appends.mjs';
import cost from './cost.mjs';
import jobs from './jobs.mjs';

/** Every row: its name, and how it is measured; one measurement may answer several. */
export const rows = [...jobs, ...cost, ...appends];
