// npm start: everything Warrener needs, Warrener itself, and a first broker that is proved to work.
// `npm start -- --once` ends after the proof. Plain Node until the packages are installed.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkNode, ensureBuilt, ensurePackagesInstalled } from './ensure-dependencies.mjs';
import { startServices, stopServices } from './services.mjs';
import { ensurePrograms, sandboxPrograms } from './services/packages.mjs';
import {
  endGuests,
  freePorts,
  isFree,
  logEnd,
  logFile,
  recordSelf,
  running,
  start,
  stop,
  writeSecretFile,
} from './services/process.mjs';
import { launchDemo } from './start/demo.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const home = '.warrener';
const servicesFolder = join(home, 'services');
const once = process.argv.includes('--once');
const unknown = process.argv.slice(2).find((word) => word !== '--once');
const began = Date.now();
const say = (text) => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);

/** What was started, to be ended in the reverse order. */
const closings = [];
let ending;
function end(code) {
  ending ??= (async () => {
    for (const close of closings.reverse()) await close().catch((error) => console.error(error.message));
    process.exit(interrupts > 1 ? 130 : code);
  })();
  return ending;
}

let interrupts = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupts += 1;
    if (interrupts === 1) {
      console.log('\nstopping (what is kept stays in .warrener); once more kills');
      void end(0);
    } else if (interrupts === 2) void killAll().finally(() => process.exit(130));
    else process.exit(130);
  });
}

/** The hard way: whoever is started next time finds it as after a power cut, and copes. */
async function killAll() {
  for (const name of ['warrener', 'sandbox']) await stop(home, name, { graceMs: 0 });
  await endGuests(join(home, 'sandbox'));
  await stopServices(servicesFolder, { graceMs: 0 });
}

/** A secret made once and kept in a file that only its owner reads. */
function secret(name, make) {
  const file = join(home, name);
  if (!existsSync(file)) writeSecretFile(file, make());
  return readFileSync(file, 'utf8');
}

/** The API's port: that of the last time, unless somebody else has it now. */
async function apiPort() {
  const file = join(home, 'api-port');
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = last > 0 && (await isFree(last)) ? last : (await freePorts(1))[0];
  writeFileSync(file, String(port));
  return String(port);
}

/** Starts one of our processes and waits for the line of JSON that says it is ready. */
async function startProcess(name, program, env, key) {
  const { logOffset } = start(home, name, process.execPath, [program], { env: { ...process.env, ...env } });
  closings.push(() => stop(home, name, { graceMs: 30_000 }));
  const deadline = Date.now() + 120_000;
  for (;;) {
    const lines = readFileSync(logFile(home, name)).subarray(logOffset).toString().split('\n');
    const ready = lines.find((line) => line.startsWith(`{"${key}":`) && line.endsWith('}'));
    if (ready !== undefined) return JSON.parse(ready);
    if (running(home, name) === null || Date.now() > deadline)
      throw new Error(`${name} did not start.${endOfLog(home, name)}`);
    await sleep(50);
  }
}

const endOfLog = (folder, name) => ` The end of ${logFile(folder, name)}:\n${logEnd(folder, name)}`;

/** Rejects when something that we started ends while it should not. */
async function anyEnds(folderAndName) {
  for (;;) {
    const gone = folderAndName.find(([folder, name]) => running(folder, name) === null);
    if (gone !== undefined && ending === undefined)
      throw new Error(`${gone[1]} has ended.${endOfLog(...gone)}`);
    await sleep(1_000);
  }
}

/** The services, which a Ctrl-C ends also while they start. */
async function startOurServices() {
  let up = false;
  const starting = startServices({
    dir: servicesFolder,
    want: ['postgres', 'rabbitmq', 'redis', 'mosquitto'],
    say,
  });
  void starting.then(
    () => (up = true),
    () => undefined,
  );
  closings.push(async () => {
    await stopServices(servicesFolder, up ? {} : { graceMs: 0 }); // RabbitMQ obeys only when it is up
    await starting.catch(() => undefined);
    await stopServices(servicesFolder); // what had not been started before
  });
  return (await starting).env;
}

/** The sandbox cloud, and the variables that lead Warrener to it. */
async function startSandbox() {
  const sshPort = process.getuid?.() === 0 ? '22' : '2222';
  const env = { SANDBOX_DIR: resolve(home, 'sandbox'), SANDBOX_SSH_PORT: sshPort };
  const { url, cloudsYaml } = await startProcess('sandbox', 'dist/apps/sandbox/main.js', env, 'url');
  say(`the sandbox cloud answers at ${url} (its servers are processes on this machine)`);
  return { OS_CLIENT_CONFIG_FILE: cloudsYaml, OS_CLOUD: 'sandbox', WARRENER_SSH_PORT: sshPort };
}

async function main() {
  if (unknown !== undefined) throw new Error(`"${unknown}" is not known; the only option is --once.`);
  checkNode();
  mkdirSync(home, { recursive: true });
  const other = running(home, 'start');
  if (other !== null)
    throw new Error(
      `Warrener already runs from this folder (process ${other.pid}); end that one with Ctrl-C first.`,
    );
  recordSelf(home, 'start');
  for (const name of ['warrener', 'sandbox']) await stop(home, name); // which a killed start left behind
  await endGuests(join(home, 'sandbox'));
  ensurePackagesInstalled(process.cwd(), say);
  ensureBuilt(process.cwd(), say);
  const ownCloud = Boolean(process.env.OS_CLOUD || process.env.OS_AUTH_URL);
  if (!ownCloud) await ensurePrograms(sandboxPrograms, say);

  const [services, cloud] = await Promise.all([startOurServices(), ownCloud ? {} : startSandbox()]);
  const token = secret('api-token', () => randomBytes(24).toString('hex'));
  const env = {
    WARRENER_API_PORT: process.env.WARRENER_API_PORT ?? (await apiPort()),
    WARRENER_API_TOKEN: token,
    WARRENER_SECRET_KEY: secret('secret-key', () => randomBytes(32).toString('base64')),
    ...services,
    ...cloud,
  };
  const { api } = await startProcess('warrener', 'dist/apps/warrener/main.js', env, 'api');
  writeFileSync(join(home, 'api.json'), JSON.stringify({ url: api, token_file: 'api-token' }));
  say(`the API answers at ${api}`);
  const started = [
    [home, 'warrener'],
    ...(ownCloud ? [] : [[home, 'sandbox']]),
    ...['postgres', 'rabbitmq', 'redis', 'mosquitto']
      .filter((name) => running(servicesFolder, name) !== null)
      .map((name) => [servicesFolder, name]),
  ];
  const disaster = anyEnds(started);
  disaster.catch(() => undefined); // it is looked at below

  if (!ownCloud) {
    const password = secret('demo-password', () => randomBytes(15).toString('base64url'));
    await Promise.race([launchDemo({ api, token, password, say }), disaster]);
  }
  console.log(`
  portal     ${api}/portal/
  API        ${api}/v1/brokers   (OpenAPI: ${api}/v1/openapi.json)
  token      ${join(home, 'api-token')}
  firehose   ${services.MQTT_READ_URL ?? services.MQTT_URL}   (for browsers: ${services.MQTT_WEBSOCKET_URL ?? 'none'})

  curl -H "Authorization: Bearer $(cat ${join(home, 'api-token')})" ${api}/v1/brokers
  node dist/apps/cli/main.js broker list
`);
  if (once) return end(0);
  console.log('  Ctrl-C stops everything; the next `npm start` finds it again.\n');
  return disaster;
}

main().catch(async (error) => {
  if (ending === undefined) console.error(`\n${error.message}`);
  await end(1);
});
