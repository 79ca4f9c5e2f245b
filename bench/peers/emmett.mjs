import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { closedLoop } from '../load.mjs';

/** Appends per second: every writer has a stream of its own, and says at which version it is. */
export async function appends({ database, atOnce }) {
  const store = getPostgreSQLEventStore(database);
  await store.schema.migrate();
  const versions = Array.from({ length: atOnce }, () => undefined);
  const measure = ({ seconds }) => {
    const idle = versions.map((_, writer) => writer);
    const call = async () => {
      const writer = idle.pop();
      const expected = versions[writer] ?? 'STREAM_DOES_NOT_EXIST';
      const event = { type: 'Counted', data: { by: writer } };
      const { nextExpectedStreamVersion } = await store.appendToStream(`counter-${writer}`, [event], {
        expectedStreamVersion: expected,
      });
      versions[writer] = nextExpectedStreamVersion;
      idle.push(writer);
    };
    return closedLoop({ atOnce, seconds, call });
  };
  return { measure, close: () => store.close() };
}
