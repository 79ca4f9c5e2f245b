// The services Warrener runs on, for this folder alone: node scripts/services.mjs up|down|env|status [--dir FOLDER]
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dockerAnswers } from './services/docker.mjs';
import { mosquitto } from './services/mosquitto.mjs';
import { ensurePrograms, missing } from './services/packages.mjs';
import { postgres } from './services/postgres.mjs';
import { alone, freePorts, isFree, running, writeSecretFile } from './services/process.mjs';
import { rabbitmq } from './services/rabbitmq.mjs';
import { redis } from './services/redis.mjs';

const services = { postgres, rabbitmq, redis, mosquitto };
const names = Object.keys(services);

/** The variables that stand for a service of your own: where the first is set, no private one is started. */
const given = {
  postgres: ['DATABASE_URL'],
  rabbitmq: ['AMQP_URL', 'AMQP_MANAGEMENT_URL'],
  redis: ['REDIS_URL'],
  mosquitto: ['MQTT_URL', 'MQTT_GERRIT_URL', 'MQTT_OPENSTACK_URL', 'MQTT_READ_URL', 'MQTT_WEBSOCKET_URL'],
};
const isGiven = (name) => Boolean(process.env[given[name][0]]);

const stateFile = (dir) => join(dir, 'services.json');
const readState = (dir) =>
  existsSync(stateFile(dir)) ? JSON.parse(readFileSync(stateFile(dir), 'utf8')) : {};
const writeState = (dir, state) => writeSecretFile(stateFile(dir), JSON.stringify(state, null, 2));

/**
 * Starts the services that are wanted, or finds them running. Each comes from a URL in the environment, from programs on
 * this machine, from Docker, or from apt-get, whichever is there first. Ports and passwords are made once and kept in the
 * folder; a port that somebody else has taken meanwhile is replaced.
 *
 * @returns their URLs as environment variables, and how to stop what runs
 * @throws Error that says what failed; what was started by then is stopped again
 */
export async function startServices({ dir, want = names, say = () => undefined }) {
  const own = want.filter((name) => !isGiven(name));
  if (own.length > 0 && process.platform !== 'linux') {
    const variables = own.map((name) => given[name][0]).join(', ');
    throw new Error(`Private services are started on Linux only; set ${variables} to services of your own.`);
  }
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const env = {};
  for (const variable of want.filter(isGiven).flatMap((name) => given[name]))
    if (process.env[variable]) env[variable] = process.env[variable];
  await alone(dir, 'up', async () => {
    const state = readState(dir);
    const idle = own.filter((name) => state[name]?.env === undefined || running(dir, name) === null);
    await prepare(dir, state, idle, say);
    const began = await Promise.allSettled(idle.map((name) => startOne(dir, name, state[name], say)));
    writeState(dir, state);
    const failures = began.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
    if (failures.length > 0) {
      await stopSome(dir, idle);
      throw new Error(failures.join('\n'));
    }
    for (const name of own) Object.assign(env, state[name].env);
  });
  return { env, stop: () => stopServices(dir) };
}

/** Decides where each service comes from, on which ports, and writes that down before anything is started. */
async function prepare(dir, state, idle, say) {
  await stopSome(dir, idle); // what a killed one left behind
  const absent = idle.filter(
    (name) => !(services[name].isBundled?.() ?? missing(services[name].programs).length === 0),
  );
  const lacking = absent.filter((name) => missing(services[name].programs).length > 0);
  const docker = lacking.length > 0 && dockerAnswers();
  if (lacking.includes('postgres') && !docker) {
    throw new Error(
      'npm has no PostgreSQL for this machine; install PostgreSQL or set DATABASE_URL, then start again.',
    );
  }
  if (!docker)
    await ensurePrograms(
      lacking.flatMap((name) => services[name].programs),
      say,
    );
  for (const name of idle) {
    const known = state[name] ?? { password: randomBytes(18).toString('hex'), ports: [] };
    const free = await Promise.all(known.ports.map((port) => isFree(port)));
    const keep = known.ports.length === services[name].ports && free.every(Boolean);
    const ports = keep ? known.ports : await freePorts(services[name].ports);
    state[name] = { password: known.password, ports, docker: docker && lacking.includes(name) };
  }
  writeState(dir, state);
}

async function startOne(dir, name, state, say) {
  const began = Date.now();
  const tell = (text) => say(`${name}: ${text}`);
  if (state.docker) tell('starting in Docker; the first time its image is fetched');
  state.env = await services[name].start({ dir, say: tell, ...state });
  say(`${name} is up (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

/** @param options graceMs: 0 to end them at once */
async function stopSome(dir, which, options = {}) {
  const state = readState(dir);
  await Promise.all(which.map((name) => services[name].stop(dir, { ...state[name], ...options })));
}

/** Stops what was started for this folder; what a killed process left behind too. */
export const stopServices = (dir, options) => stopSome(dir, names, options);

/** Ends everything at once and forgets its data. */
export async function cleanServices(dir) {
  await stopServices(dir, { graceMs: 0 });
  for (const service of Object.values(services)) service.clean?.(dir);
  rmSync(dir, { recursive: true, force: true });
}

/** `export` lines for a shell: every variable as Warrener reads it, and with TEST_ before it as the tests do. */
function printEnvironment(dir) {
  const up = Object.entries(readState(dir)).filter(([name]) => running(dir, name) !== null);
  if (up.length === 0) throw new Error(`No service runs for ${dir}: node scripts/services.mjs up`);
  for (const [variable, value] of up.flatMap(([, { env = {} }]) => Object.entries(env)))
    console.log(`export TEST_${variable}='${value}' ${variable}='${value}'`);
}

async function main([verb, option, folder, ...rest]) {
  const dir = folder ?? '.warrener/dev';
  const verbs = {
    up: () => startServices({ dir, say: (text) => console.error(text) }),
    down: () => stopServices(dir),
    env: () => printEnvironment(dir),
    status: () => {
      for (const name of names) console.log(`${name}: ${running(dir, name) === null ? 'down' : 'up'}`);
    },
  };
  const understood =
    option === undefined || (option === '--dir' && folder !== undefined && rest.length === 0);
  if (!Object.hasOwn(verbs, verb ?? '') || !understood) {
    console.error('usage: node scripts/services.mjs up|down|env|status [--dir FOLDER]');
    return 2;
  }
  try {
    await verbs[verb]();
    return 0;
  } catch (error) {
    console.error(error.message);
    return 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
