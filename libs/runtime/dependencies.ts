import type { EventLog } from '#event-log';
import { readerLags } from '#event-log';
import type { DataSource } from '#platform';
import type { Dependency } from '#telemetry';
import type { Pool } from 'pg';

/** What is looked at. */
interface Parts {
  readonly pool: Pool;
  readonly dataSource: DataSource;
  readonly log: EventLog;
  readonly projections: readonly string[];
  readonly rabbitmq: { ping(): Promise<unknown> };
  readonly redis: { ping(): Promise<unknown> };
}

/** Read models this far behind show an outdated world, milliseconds. */
const LAG_MS = 30_000;

/** What every server process depends on. Only PostgreSQL is needed: work waits in the log for the others. */
export const baseDependencies = (parts: Parts): readonly Dependency[] => [
  {
    name: 'postgresql',
    needed: true,
    remedy: 'PostgreSQL does not answer in time: see whether it runs, and whether DATABASE_URL leads to it.',
    look: () => parts.pool.query('select 1'),
  },
  {
    name: 'schema',
    needed: true,
    remedy:
      'The schema lacks something this program needs, or cannot be read: if a backup was restored, restart this program, which brings the schema up to date.',
    look: () => checkSchema(parts.dataSource),
  },
  {
    name: 'rabbitmq',
    needed: false,
    remedy:
      'RabbitMQ does not answer: see whether it runs, and whether AMQP_URL leads to it. Jobs are accepted and wait in the log.',
    look: () => parts.rabbitmq.ping(),
  },
  {
    name: 'redis',
    needed: false,
    remedy:
      'Redis does not answer: see whether it runs, and whether REDIS_URL leads to it. Steps that wait go on late, by the sweep.',
    look: () => parts.redis.ping(),
  },
  {
    name: 'read-models',
    needed: false,
    remedy:
      'Lists are more than 30 s behind: GET /v1/doctor names an open transaction that holds the log back; else see the log for "projection".',
    look: async () => {
      const [lags, horizon] = await Promise.all([
        readerLags(parts.pool, parts.projections, null),
        parts.log.horizon(),
      ]);
      const worst = Math.max(horizon.lagMs, ...lags.map(({ lagMs }) => lagMs));
      if (worst > LAG_MS) throw new Error(`${worst} ms behind`);
    },
  },
];

/** A schema newer than ours is fine: that is how an upgrade begins. */
async function checkSchema(dataSource: DataSource): Promise<void> {
  const rows = await dataSource.query<{ name: string }[]>('select name from warrener_migration');
  const there = new Set(rows.map(({ name }) => name));
  const missing = dataSource.migrations.filter(({ name }) => name === undefined || !there.has(name));
  if (missing.length > 0) throw new Error(`${missing.length} schema files were not applied`);
}
