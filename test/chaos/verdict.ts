import type { Pool } from 'pg';
import type { ApiClient } from '../support/api-client.ts';
import type { TestCloud } from '../support/installation.ts';
import type { Received } from '../support/receiver.ts';
import { useBroker } from '../support/use-broker.ts';
import type { Lived } from './load.ts';
import type { Plan } from './plan.ts';
import { jobsOf } from './plan.ts';

/** What a run came to: the numbers that must be 0, each with its cases in words. */
export type Verdict = Readonly<Record<Count, readonly string[]>>;

export const counts = [
  'lost',
  'doubled',
  'leaked',
  'unfinished',
  'wrong_ends',
  'projections_differ',
  'secrets_found',
  'misbehaved',
] as const;
type Count = (typeof counts)[number];

export interface Remains {
  readonly plan: Plan;
  readonly lives: readonly Lived[];
  /** Stories that could not be lived, in words. */
  readonly broken: readonly string[];
  readonly pool: Pool;
  readonly api: ApiClient;
  readonly cloud: TestCloud;
  readonly installation: string;
  readonly received: readonly Received[];
  readonly password: string;
  readonly secretsFound: readonly string[];
  readonly misbehaved: readonly string[];
}

const SETTLED = ['succeeded', 'failed', 'cancelled'];

/** How many there are of each kind of thing that a broker may have in the cloud. */
type Things = Readonly<Record<'server' | 'port' | 'group' | 'address', number>>;

/** Looks at everything there is, once it has come to rest. */
export async function judge(remains: Remains): Promise<Verdict> {
  const { lives, plan, pool } = remains;
  const { rows: jobs } = await pool.query<{ id: string; status: string; subject: string }>(
    `select state->>'id' as id, state->>'status' as status, state->>'subject' as subject
     from warrener.stream where kind = 'job'`,
  );
  const known = new Map(jobs.map((job) => [job.id, job]));
  const accepted = lives.flatMap((life) => life.jobs);
  const told = new Set(accepted.map(({ id }) => id));
  const things = await thingsOf(remains);
  const ready = new Set(lives.filter(isReady).map(({ broker }) => broker));
  const planned = plan.stories.reduce((sum, story) => sum + jobsOf(story), 0);
  return {
    lost: [
      ...accepted
        .filter(({ id }) => !known.has(id))
        .map(({ id }) => `job ${id} was accepted and is not there`),
      ...(accepted.length < planned ? [`${accepted.length} of ${planned} jobs were accepted`] : []),
      ...remains.broken,
      ...[...ready].flatMap((broker) => missing(broker, things.get(broker))),
      ...untold(lives, remains.received),
      ...(await useless(lives, remains.password)),
    ],
    doubled: [
      ...jobs
        .filter(({ id }) => !told.has(id))
        .map(({ id }) => `job ${id} is there and nobody was told of it`),
      ...[...things].flatMap(([broker, has]) => tooMany(broker, has)),
    ],
    leaked: [
      ...[...things]
        .filter(([broker]) => !ready.has(broker))
        .map(([broker, has]) => `${words(has)} of ${broker}`),
      ...(await leakedRows(pool)),
    ],
    unfinished: jobs
      .filter(({ status }) => !SETTLED.includes(status))
      .map(({ id, status, subject }) => `job ${id} of broker ${subject} is ${status}`),
    wrong_ends: lives.flatMap(wrongEnds),
    projections_differ: await projectionsDiffer(remains),
    secrets_found: remains.secretsFound,
    misbehaved: remains.misbehaved,
  };
}

/** Whether the user was told that the broker is there to stay. */
const isReady = ({ story, jobs }: Lived): boolean =>
  jobs.length > 0 &&
  jobs[0]?.end === 'succeeded' &&
  (story.type === 'keep' || story.type === 'cancel' || (jobs.length > 1 && jobs[1]?.end !== 'succeeded'));

/** The ends a story's jobs may have. */
function wrongEnds({ story, jobs }: Lived): readonly string[] {
  const may = {
    keep: [['succeeded']],
    delete: [['succeeded'], ['succeeded']],
    'delete-early': [['succeeded', 'cancelled'], ['succeeded']],
    cancel: [['succeeded', 'cancelled']],
    fail: [['failed']],
  }[story.type];
  return jobs.flatMap(({ id, end, error }, index) =>
    end === undefined || may[index]?.includes(end) === true
      ? []
      : [`job ${id} (${story.type} ${story.name}) ended ${end}: ${error}`],
  );
}

async function thingsOf({ cloud, installation }: Remains): Promise<ReadonlyMap<string, Things>> {
  const { nova, neutron } = cloud.cloud;
  const things = new Map<string, Record<keyof Things, number>>();
  const count = (kind: keyof Things, broker: string | undefined): void => {
    if (broker === undefined) return;
    const has = things.get(broker) ?? { server: 0, port: 0, group: 0, address: 0 };
    things.set(broker, { ...has, [kind]: has[kind] + 1 });
  };
  const owner = ({ description }: { description: string }): string | undefined =>
    description.startsWith(`warrener:${installation}:`) ? description.split(':')[2] : undefined;
  for (const { metadata } of await nova.listServers())
    if (metadata['warrener_installation'] === installation) count('server', metadata['warrener_broker']);
  for (const port of await neutron.listPorts()) count('port', owner(port));
  for (const group of await neutron.listSecurityGroups()) count('group', owner(group));
  for (const address of await neutron.listFloatingIps()) count('address', owner(address));
  return things;
}

const words = (has: Things): string =>
  Object.entries(has)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');

const missing = (broker: string, has: Things | undefined): readonly string[] =>
  (['server', 'port', 'group'] as const)
    .filter((kind) => (has?.[kind] ?? 0) === 0)
    .map((kind) => `broker ${broker} is ready and has no ${kind}`);

const tooMany = (broker: string, has: Things): readonly string[] =>
  Object.values(has).some((count) => count > 1) ? [`broker ${broker} has ${words(has)}`] : [];

/** Launches whose end did not come to their callback. */
function untold(lives: readonly Lived[], received: readonly Received[]): readonly string[] {
  const events = new Set(received.map(({ event }) => `${event.type} ${String(event.data['job_id'])}`));
  return lives.flatMap(({ jobs: [launch] }) =>
    launch?.end === undefined || events.has(`dev.warrener.job.${launch.end} ${launch.id}`)
      ? []
      : [`job.${launch.end} of job ${launch.id} did not come to its callback`],
  );
}

/** Whether every launch's end has come to its callback. */
export const allTold = (lives: readonly Lived[], received: readonly Received[]): boolean =>
  untold(lives, received).length === 0;

/** Brokers that were said to be ready and take no login. */
async function useless(lives: readonly Lived[], password: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { broker, endpoint } of lives) {
    if (endpoint === undefined) continue;
    await useBroker(endpoint, 'boss', password).catch((error: unknown) =>
      found.push(`broker ${broker} cannot be used: ${String(error)}`),
    );
  }
  return found;
}

/** What is kept in the database for nobody. */
async function leakedRows(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ what: string }>(
    `select 'sealed secrets of broker ' || owner || ', which is ' || coalesce(s.state->>'status', 'not known') as what
     from warrener.secret left join warrener.stream s on s.id = 'broker-' || owner
     where s.id is null or s.state->>'status' = 'deleted'
     union all
     select 'a message for ' || queue || ': ' || body::text from warrener.outbox`,
  );
  return rows.map(({ what }) => what);
}

const views = ['job_view', 'broker_view', 'webhook_view', 'tenant_view', 'token_view', 'pool_view'];

/** Rows of read models that are others after a rebuild. */
async function projectionsDiffer({ pool, api }: Remains): Promise<readonly string[]> {
  const read = async (): Promise<Set<string>> => {
    const tables = await Promise.all(
      views.map(async (view) => {
        const { rows } = await pool.query<{ row: string }>(
          `select '${view} ' || to_jsonb(v)::text as row from warrener.${view} v`,
        );
        return rows.map(({ row }) => row);
      }),
    );
    return new Set(tables.flat());
  };
  const before = await read();
  const rebuilt = await api.call('POST', '/v1/projections/rebuild');
  if (rebuilt.status !== 200) return [`the rebuild was answered ${rebuilt.status}`];
  const after = await read();
  return [
    ...[...before].filter((row) => !after.has(row)).map((row) => `only before: ${row}`),
    ...[...after].filter((row) => !before.has(row)).map((row) => `only after: ${row}`),
  ];
}
