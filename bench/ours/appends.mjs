import { write } from '#event-log';
import { closedLoop } from '../load.mjs';
import { openLog } from './engine.mjs';

/** A counter: the smallest state there is. */
const counter = {
  kind: 'counter',
  stateVersion: 1,
  initial: () => ({ count: 0 }),
  evolve: ({ count }) => ({ count: count + 1 }),
};

/** Appends per second: every writer has a stream of its own, and says at which version it is. */
export async function appends({ database, atOnce }) {
  const { pool, log } = await openLog(database);
  const loaded = Array.from({ length: atOnce }, (_, writer) => ({
    stream: `counter-${writer}`,
    tenant: 'bench',
  }));
  const measure = ({ seconds }) => {
    const idle = loaded.map((_, writer) => writer);
    const call = async () => {
      const writer = idle.pop();
      const append = write(counter, loaded[writer], [{ type: 'Counted', by: writer }]);
      const { ok } = await log.append({ writes: [append] });
      if (!ok) throw new Error('a conflict with nobody');
      loaded[writer] = { ...loaded[writer], version: append.expectedVersion + 1, state: append.state };
      idle.push(writer);
    };
    return closedLoop({ atOnce, seconds, call });
  };
  return { measure, close: () => pool.end() };
}
