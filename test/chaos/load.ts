import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiClient, Body } from '../support/api-client.ts';
import type { TestCloud } from '../support/installation.ts';
import { until } from '../support/until.ts';
import type { Story } from './plan.ts';

/** A broker as its user saw it. */
export interface Lived {
  readonly story: Story;
  readonly broker: string;
  /** Its jobs that were accepted (202), with how they ended; undefined for one that did not in time. */
  readonly jobs: readonly { readonly id: string; readonly end: string | undefined; readonly error: string }[];
  readonly endpoint: string | undefined;
}

export interface User {
  readonly api: ApiClient;
  readonly cloud: TestCloud;
  readonly password: string;
  readonly callback: string;
  /** Asked before each job is submitted. */
  readonly admit: () => Promise<void>;
  /** Told of each job that ended. */
  readonly ended: () => void;
  /** When a job that has not ended counts as never ending, milliseconds since 1970. */
  readonly deadline: number;
}

const ends = ['succeeded', 'failed', 'cancelled', 'parked'];

/** Lives through a story, as a patient user: what is not answered is asked again. */
export async function live(story: Story, user: User): Promise<Lived> {
  await user.admit();
  const launch = await accepted(user, 'POST', '/v1/brokers', {
    name: story.name,
    image: 'Mosquitto',
    flavor: story.type === 'fail' ? 'lab.abort' : user.cloud.flavor,
    network: user.cloud.network,
    key: user.cloud.key,
    admin_username: 'boss',
    admin_password: user.password,
    callback_url: user.callback,
  });
  const broker = String(launch.broker?.id);
  const job = String(launch.job?.id);
  const jobs: Lived['jobs'][number][] = [];
  if (story.type === 'cancel') {
    await events(user, job, story.at);
    await cancelled(user, job);
  }
  if (story.type === 'delete-early') await events(user, job, story.at);
  const launched = watch(user, job);
  if (story.type !== 'delete-early') jobs.push(await launched);
  if (story.type === 'delete' || story.type === 'delete-early') {
    await user.admit();
    const deletion = await accepted(user, 'DELETE', `/v1/brokers/${broker}`);
    jobs.push(await watch(user, String(deletion.job?.id)));
    if (story.type === 'delete-early') jobs.unshift(await launched);
  }
  const shown = story.type === 'keep' ? await show(user, `/v1/brokers/${broker}`) : undefined;
  return { story, broker, jobs, endpoint: shown?.endpoint };
}

/** The answer to a request, asked again until there is one; whatever broke on the way. */
async function ask(user: User, ...request: Parameters<ApiClient['call']>): Promise<Answer> {
  for (;;) {
    if (Date.now() > user.deadline) throw new Error(`${request[0]} ${request[1]} was never answered`);
    const answer = await user.api.call(...request).catch(() => undefined);
    if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
    await sleep(200);
  }
}

let keys = 0;

async function accepted(user: User, method: string, path: string, body?: object): Promise<Body> {
  const key = `chaos-${process.pid}-${(keys += 1)}`;
  const answer = await ask(user, method, path, body, { 'idempotency-key': key });
  if (answer.status === 202) return answer.body;
  // A deletion that was accepted and whose answer was lost.
  const [, job] = /is being deleted by job ([0-9a-f-]{36})/.exec(answer.body.detail ?? '') ?? [];
  if (method === 'DELETE' && job !== undefined) return { job: { id: job } };
  if (method === 'DELETE' && /is deleted already/.test(answer.body.detail ?? '')) {
    const [last] = (await show(user, `/v1/jobs?broker=${path.split('/').at(-1) ?? ''}`)).items ?? [];
    if (last?.['workflow'] === 'delete-broker') return { job: last };
  }
  throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

const show = async (user: User, path: string): Promise<Body> => (await ask(user, 'GET', path)).body;

/** Waits until a job has that many events, or has ended. */
async function events(user: User, job: string, count: number): Promise<void> {
  await until(
    `job ${job} to have ${count} events`,
    async () => {
      const { items = [] } = await show(user, `/v1/jobs/${job}/events`);
      return items.length >= count || ends.includes(String((await show(user, `/v1/jobs/${job}`)).status));
    },
    Math.max(1_000, user.deadline - Date.now()),
  );
}

async function cancelled(user: User, job: string): Promise<void> {
  const answer = await ask(user, 'POST', `/v1/jobs/${job}/cancel`);
  // 409: it ended before.
  if (answer.status !== 202 && answer.status !== 409)
    throw new Error(`the cancellation was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

async function watch(user: User, id: string): Promise<Lived['jobs'][number]> {
  while (Date.now() < user.deadline) {
    const job = await show(user, `/v1/jobs/${id}`);
    if (ends.includes(String(job.status))) {
      user.ended();
      return { id, end: String(job.status), error: job.error ?? '' };
    }
    await sleep(250);
  }
  return { id, end: undefined, error: 'it did not end in time' };
}
