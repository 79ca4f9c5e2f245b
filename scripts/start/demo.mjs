import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { follow } from './server-sent-events.mjs';

const NAME = 'demo';
const USERNAME = 'demo-admin';
const LAUNCH = {
  name: NAME,
  image: 'RabbitMQ',
  flavor: 'm1.small',
  network: 'sandbox-net',
  key: 'demo-key',
  admin_username: USERNAME,
};

/** Launches a broker through the public API unless it is there, shows its steps, and proves it by using it. */
export async function launchDemo({ api, token, password, say }) {
  const call = async (method, path, body) => {
    const answer = await fetch(`${api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const show = (job) => showJob({ api, token, say, job });
  const find = async () => {
    const { status, body } = await call('GET', `/v1/brokers/${NAME}`);
    return status === 200 ? body : undefined;
  };
  let broker = await find();
  if (broker?.status === 'failed') {
    say(`the broker "${NAME}" failed the last time (${broker.error}); removing it`);
    await show((await call('DELETE', `/v1/brokers/${NAME}`)).body.job.id);
  } else if (broker?.status === 'parked') {
    say(`the broker "${NAME}" was parked the last time (${broker.error}); trying again`);
    await call('POST', `/v1/jobs/${broker.job_id}/retry`, {});
    await show(broker.job_id);
  } else if (broker?.status === 'ready') say(`the broker "${NAME}" is there already`);
  else if (broker !== undefined) await show(broker.job_id);

  broker = await find();
  if (broker === undefined) {
    const launched = await call('POST', '/v1/brokers', { ...LAUNCH, admin_password: password });
    if (launched.status !== 202) throw new Error(`The launch was refused: ${launched.body.detail}`);
    const { id } = launched.body.job;
    say(`launching a RabbitMQ broker named "${NAME}": POST /v1/brokers → job ${id}`);
    await show(id);
    broker = await find();
  }
  if (broker?.status !== 'ready')
    throw new Error(`The broker "${NAME}" is ${broker?.status}: ${broker?.error ?? 'see its job'}`);
  await prove(broker, password, say);
  console.log(`
  broker     ${broker.endpoint}   (user ${USERNAME}, password in .warrener/demo-password)
  dashboard  ${broker.dashboard_url}`);
  const { items } = (await call('GET', '/v1/brokers')).body;
  for (const { name, status, endpoint } of items.filter((other) => other.name !== NAME))
    console.log(`  also       ${name}: ${status}${endpoint === null ? '' : `, ${endpoint}`}`);
}

/** Shows a job's steps as they happen: a bar on a terminal, a line a step elsewhere. */
async function showJob({ api, token, say, job }) {
  const began = new Map();
  let plan = [];
  let done = 0;
  const bar = (text) => {
    if (!process.stdout.isTTY) return;
    const filled = Math.round((20 * done) / Math.max(1, plan.length));
    process.stdout.write(
      `\r\x1b[2K  ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done}/${plan.length} ${text}`,
    );
  };
  const line = (text) => {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
    say(text);
  };
  for await (const { event, data } of follow(`${api}/v1/jobs/${job}/stream`, token)) {
    const fact = data.data ?? {};
    if (event === 'JobSubmitted') plan = fact.plan;
    if (event === 'StepStarted') {
      if (!began.has(fact.step)) began.set(fact.step, Date.parse(data.at));
      bar(fact.step);
    }
    if (event === 'StepDeferred') bar(`${fact.step}: ${fact.reason}`.slice(0, 80));
    if (event === 'StepFailed')
      line(`  ✗ ${fact.step}: ${fact.reason}${fact.until === null ? '' : ' (trying again)'}`);
    if (event === 'StepSucceeded') {
      done += fact.direction === 'do' ? 1 : 0;
      const seconds = ((Date.parse(data.at) - (began.get(fact.step) ?? Date.parse(data.at))) / 1000).toFixed(
        1,
      );
      line(
        `  ✓ ${String(Math.round((100 * done) / plan.length)).padStart(3)} %  ${fact.step} (${seconds} s)`,
      );
    }
    if (event === 'end') {
      line(`job ${data.status}`);
      return;
    }
  }
}

const PATIENCE_MS = 120_000;

/** After a restart the broker's server boots again; that takes a moment. */
async function patiently(attempt, say) {
  const deadline = Date.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline || /ACCESS_REFUSED/.test(error.message)) throw error;
      if (tries === 0) say('waiting for the broker to boot');
      await sleep(500);
    }
  }
}

/** Logs in as the tenant's administrator, passes a message through, and is refused with a wrong password. */
async function prove(broker, password, say) {
  const { connect } = await import('amqplib');
  const { hostname, port } = new URL(broker.endpoint);
  const options = { protocol: 'amqp', hostname, port: Number(port), username: USERNAME, password };
  const connection = await patiently(() => connect(options, { timeout: 15_000, noDelay: true }), say);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const sent = randomUUID();
  channel.sendToQueue(queue, Buffer.from(sent));
  await channel.waitForConfirms();
  let message = false;
  for (let tries = 0; tries < 50 && message === false; tries += 1) {
    message = await channel.get(queue, { noAck: true });
    if (message === false) await sleep(20);
  }
  await connection.close();
  if (message === false || message.content.toString() !== sent)
    throw new Error('The message did not come back out of the broker.');
  const refused = await connect({ ...options, password: `not-${password}` }, { timeout: 15_000 }).then(
    async (open) => {
      await open.close();
      return false;
    },
    () => true,
  );
  if (!refused) throw new Error('The broker accepts a wrong password.');
  say('proved: logged in as the administrator, passed a message through, and a wrong password was refused');
}
