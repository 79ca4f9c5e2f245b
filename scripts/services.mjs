// The services Warrener runs on, for this folder alone: node scripts/services.mjs up|down|env|status [--dir FOLDER]
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mosquitto } from './services/mosquitto.mjs';
import { ensurePrograms } from './services/packages.mjs';
import { postgres } from './services/postgres.mjs';
import { freePorts, running, writeSecretFile } from './services/process.mjs';
import { rabbitmq } from './services/rabbitmq.mjs';
import { redis } from './services/redis.mjs';

const services = { postgres, rabbitmq, redis, mosquitto };

/** The variable that stands for a service of your own, which is then used instead. */
const given = { postgres: 'DATABASE_URL', rabbitmq: 'AMQP_URL', redis: 'REDIS_URL', mosquitto: 'MQTT_URL' };

const stateFile = (dir) => join(dir, 'services.json');

function readState(dir) {
  return existsSync(stateFile(dir)) ? JSON.parse(readFileSync(stateFile(dir), 'utf8')) : {};
}

/**
 * Starts the services that are wanted, or finds them running. Ports and passwords are made once and kept in the folder.
 *
 * @returns their URLs as environment variables, and how to stop what runs
 */
export async function startServices({ dir, want = Object.keys(services), say = () => undefined }) {
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const own = want.filter((name) => !process.env[given[name]]);
  const env = Object.fromEntries(
    want.filter((name) => !own.includes(name)).map((name) => [given[name], process.env[given[name]]]),
  );
  ensurePrograms(
    own.flatMap((name) => services[name].programs),
    say,
  );
  const state = readState(dir);
  for (const name of own) {
    state[name] ??= {
      password: randomBytes(18).toString('hex'),
      ports: await freePorts(services[name].ports),
    };
  }
  writeSecretFile(stateFile(dir), JSON.stringify(state, null, 2));
  const started = await Promise.allSettled(
    own.map(async (name) => {
      if (state[name].env !== undefined && running(dir, name) !== null) return;
      const began = Date.now();
      state[name].env = await services[name].start({
        dir,
        say: (text) => say(`${name}: ${text}`),
        ...state[name],
      });
      say(`${name} is up (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    }),
  );
  writeSecretFile(stateFile(dir), JSON.stringify(state, null, 2));
  const failed = started.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
  if (failed.length > 0) {
    await stopServices(dir);
    throw new Error(failed.join('\n'));
  }
  for (const name of own) Object.assign(env, state[name].env);
  return { env, stop: () => stopServices(dir) };
}

/** Stops what was started for this folder; what a killed process left behind too. */
export async function stopServices(dir) {
  const state = readState(dir);
  await Promise.all(Object.entries(services).map(([name, service]) => service.stop(dir, state[name]?.ports)));
}

/** Stops everything and forgets its data. */
export async function cleanServices(dir) {
  await stopServices(dir);
  for (const service of Object.values(services)) service.clean?.(dir);
  rmSync(dir, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, ...rest] = process.argv.slice(2);
  const dir = rest[0] === '--dir' && rest[1] !== undefined ? rest[1] : '.warrener/dev';
  const say = (text) => console.error(text);
  if (verb === 'up') await startServices({ dir, say });
  else if (verb === 'down') await stopServices(dir);
  else if (verb === 'status')
    for (const name of Object.keys(services))
      console.log(`${name}: ${running(dir, name) === null ? 'down' : 'up'}`);
  else if (verb === 'env') {
    for (const { env = {} } of Object.values(readState(dir))) {
      for (const [name, value] of Object.entries(env))
        console.log(`export TEST_${name}='${value}' ${name}='${value}'`);
    }
  } else {
    console.error('usage: node scripts/services.mjs up|down|env|status [--dir FOLDER]');
    process.exit(2);
  }
}
