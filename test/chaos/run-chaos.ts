import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ApiClient } from '../support/api-client.ts';
import { openCloud } from '../support/installation.ts';
import { openReceiver } from '../support/receiver.ts';
import { freshDatabase, freshRedis, freshVhost } from '../support/services.ts';
import { until } from '../support/until.ts';
import type { Canary } from './canary.ts';
import { canary } from './canary.ts';
import { openFire } from './fire.ts';
import type { Targets } from './fire.ts';
import { startFleet } from './fleet.ts';
import type { Lived } from './load.ts';
import { live } from './load.ts';
import type { Plan, Service, Story } from './plan.ts';
import { freePort } from './free-port.ts';
import { proxyTo } from './proxy.ts';
import type { Verdict } from './verdict.ts';
import { allTold, judge } from './verdict.ts';

export interface ChaosOptions {
  readonly say: (text: string) => void;
  /** A folder whose files are searched for secrets; it is the run's own. */
  readonly home?: string;
  readonly restart?: Targets['restart'];
}

export interface Result {
  readonly verdict: Verdict;
  /** How many faults there were. */
  readonly faults: number;
  /** The folder with what the programs printed. */
  readonly files: string;
}

/** Stories under way at once. */
const AT_ONCE = 4;
/** Longest that a job is waited for, beside a share for each job, milliseconds. */
const PATIENCE_MS = 240_000;
const PATIENCE_EACH_MS = 15_000;
/** Longest that the last deliveries may take once everything is whole, milliseconds. */
const DELIVERY_MS = 90_000;

/** Runs a plan against an installation of its own, and judges what remains. */
export async function runChaos(plan: Plan, { say, home, restart }: ChaosOptions): Promise<Result> {
  await using database = await freshDatabase();
  await using vhost = await freshVhost();
  await using cloud = await openCloud();
  await using receiver = await openReceiver();
  const token = randomBytes(20).toString('hex');
  const secretKey = randomBytes(32).toString('base64');
  const secrets = canary({ 'API token': token, 'secret key': secretKey });
  const urls: Record<Service, string> = {
    postgres: database.url,
    rabbitmq: vhost.url,
    redis: freshRedis().url,
    mosquitto: process.env['TEST_MQTT_URL'] ?? '',
  };
  const proxy = (service: Service) =>
    proxyTo(urls[service], (connection, bytes) =>
      secrets.lookAtPiece(`traffic with ${service}`, connection, bytes),
    );
  await using postgres = await proxy('postgres');
  await using rabbitmq = await proxy('rabbitmq');
  await using redis = await proxy('redis');
  await using mosquitto = await proxy('mosquitto');
  const proxies = { postgres, rabbitmq, redis, mosquitto };
  const installation = `chaos-${randomBytes(4).toString('hex')}`;
  const port = await freePort();
  const fleet = await startFleet({
    ...cloud.env,
    DATABASE_URL: postgres.through(urls.postgres),
    AMQP_URL: rabbitmq.through(urls.rabbitmq),
    REDIS_URL: redis.through(urls.redis),
    MQTT_URL: mosquitto.through(urls.mosquitto),
    WARRENER_INSTALLATION: installation,
    WARRENER_API_PORT: String(port),
    WARRENER_API_TOKEN: token,
    WARRENER_SECRET_KEY: secretKey,
    WARRENER_WEBHOOK_ALLOW: '127.0.0.0/8',
    WARRENER_WORKER_SLOTS: '8',
  });
  const api = new ApiClient(`http://127.0.0.1:${port}`, token);
  const pool = new pg.Pool({ connectionString: database.url, max: 2, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => undefined); // it is restarted now and then
  try {
    const fire = openFire(plan, { fleet, cloud, proxies, restart }, (text) => say(`fire ${text}`));
    const password = `${secrets.word} and more`;
    const deadline = Date.now() + PATIENCE_MS + PATIENCE_EACH_MS * plan.stories.length;
    let ended = 0;
    const user = {
      api,
      cloud,
      password,
      callback: receiver.url,
      deadline,
      admit: () => fire.admit(),
      ended: () => say(`${(ended += 1)} jobs ended, ${fire.begun()} of ${plan.faults.length} faults so far`),
    };
    const broken: string[] = [];
    const lives = await inParallel(plan.stories, AT_ONCE, (story) =>
      live(story, user).catch((error: unknown) => {
        broken.push(`${story.type} ${story.name}: ${String(error)}`);
        return undefined;
      }),
    );
    await fire.burnOut();
    say('the fire is out; looking at what remains');
    const remains = lives.filter((life) => life !== undefined);
    await settled(remains, receiver.received, pool);
    for (const { body, headers } of receiver.received)
      secrets.look('a webhook delivery', `${body}${JSON.stringify(headers)}`);
    for (const { program, text } of fleet.outputs()) secrets.look(`what ${program} printed`, text);
    await lookThroughDatabase(secrets, pool);
    await lookThroughApi(secrets, api, remains);
    if (home !== undefined) lookThroughFiles(secrets, join(home, 'services'));
    const verdict = await judge({
      plan,
      lives: remains,
      broken,
      pool,
      api,
      cloud,
      installation,
      received: receiver.received,
      password,
      secretsFound: [...secrets.found],
      misbehaved: fleet.misbehaved,
    });
    const files = keepOutputs(fleet.outputs());
    return { verdict, faults: fire.begun(), files };
  } finally {
    await fleet[Symbol.asyncDispose]();
    await pool.end();
  }
}

/** Everything that is still under way has arrived, or will not. */
async function settled(
  lives: readonly Lived[],
  received: Parameters<typeof allTold>[1],
  pool: pg.Pool,
): Promise<void> {
  const told = until('every end to be told', () => allTold(lives, received), DELIVERY_MS);
  const sent = until(
    'nothing to be owed',
    async () => (await pool.query('select 1 from warrener.outbox limit 1')).rowCount === 0,
    DELIVERY_MS,
  );
  await Promise.allSettled([told, sent]); // what is missing is counted by the judge
}

async function inParallel(
  stories: readonly Story[],
  atOnce: number,
  work: (story: Story) => Promise<Lived | undefined>,
): Promise<readonly (Lived | undefined)[]> {
  const left = [...stories];
  const results: (Lived | undefined)[] = [];
  const one = async (): Promise<void> => {
    for (let story = left.shift(); story !== undefined; story = left.shift()) results.push(await work(story));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return results;
}

/** Every row of every table, as text. */
async function lookThroughDatabase(secrets: Canary, pool: pg.Pool): Promise<void> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`);
    for (const { row } of rows) secrets.look(`table ${name}`, row);
  }
}

/** What the API shows of the jobs. */
async function lookThroughApi(secrets: Canary, api: ApiClient, lives: readonly Lived[]): Promise<void> {
  for (const { broker, jobs } of lives) {
    const paths = [
      `/v1/brokers/${broker}`,
      ...jobs.flatMap(({ id }) => [`/v1/jobs/${id}`, `/v1/jobs/${id}/events`]),
    ];
    for (const path of paths) secrets.look(`GET ${path}`, JSON.stringify((await api.call('GET', path)).body));
  }
}

/** What PostgreSQL, RabbitMQ and Redis wrote to disk, their logs included. */
function lookThroughFiles(secrets: Canary, folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    try {
      secrets.look(file, readFileSync(file));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error; // removed meanwhile
    }
  }
}

function keepOutputs(outputs: readonly { readonly program: string; readonly text: string }[]): string {
  const folder = join(process.cwd(), '.warrener/chaos-logs');
  mkdirSync(folder, { recursive: true });
  outputs.forEach(({ program, text }, index) => writeFileSync(join(folder, `${program}.${index}.log`), text));
  return folder;
}
