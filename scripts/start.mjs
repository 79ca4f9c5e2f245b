// npm start: everything Warrener needs, Warrener itself, and a first broker that is proved to work.
// `npm start -- --once` ends after the proof. Plain Node until the packages are installed.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchDemo } from './start/demo.mjs';
import { checkNode, ensureBuilt, ensurePackagesInstalled } from './ensure-dependencies.mjs';
import { startServices } from './services.mjs';
import { ensurePrograms } from './services/packages.mjs';
import {
  freePorts,
  logEnd,
  logFile,
  recordSelf,
  running,
  start,
  stop,
  writeSecretFile,
} from './services/process.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const home = '.warrener';
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
    process.exit(code);
  })();
  return ending;
}
let interrupts = 0;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupts += 1;
    if (interrupts > 2) process.exit(130);
    console.log(
      interrupts === 1
        ? '\nstopping (what is kept stays in .warrener)'
        : '\nstill stopping; once more to leave at once',
    );
    void end(0);
  });
}

/** A secret made once and kept in a file that only its owner reads. */
function secret(name, make) {
  const file = join(home, name);
  if (!existsSync(file)) writeSecretFile(file, make());
  return readFileSync(file, 'utf8');
}

/** Starts one of our processes and waits for the line of JSON that says it is ready. */
async function startProcess(name, program, env, key) {
  await stop(home, name); // one that a killed start left behind
  rmSync(logFile(home, name), { force: true });
  start(home, name, process.execPath, [program], { spawn: { env: { ...process.env, ...env } } });
  closings.push(() => stop(home, name, { graceMs: 30_000 }));
  const deadline = Date.now() + 120_000;
  for (;;) {
    const lines = existsSync(logFile(home, name))
      ? readFileSync(logFile(home, name), 'utf8').split('\n')
      : [];
    const ready = lines.filter((line) => line.startsWith(`{"${key}":`)).map((line) => JSON.parse(line))[0];
    if (ready !== undefined) return ready;
    if (running(home, name) === null || Date.now() > deadline) {
      throw new Error(`${name} did not start. The end of ${logFile(home, name)}:\n${logEnd(home, name)}`);
    }
    await sleep(50);
  }
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
  ensurePackagesInstalled(root, say);
  ensureBuilt(root, say);
  const ownCloud = Boolean(process.env.OS_CLOUD || process.env.OS_AUTH_URL);
  if (!ownCloud) ensurePrograms(['rabbitmq-server', 'mosquitto', 'sshd', 'sudo', 'unshare', 'ip'], say);

  const services = await startServices({
    dir: join(home, 'services'),
    want: ['postgres', 'rabbitmq', 'redis'],
    say,
  });
  closings.push(services.stop);

  const sshPort = process.getuid?.() === 0 ? '22' : '2222';
  const cloud = {};
  if (!ownCloud) {
    const sandbox = await startProcess(
      'sandbox',
      'dist/apps/sandbox/main.js',
      { SANDBOX_DIR: resolve(home, 'sandbox'), SANDBOX_SSH_PORT: sshPort },
      'url',
    );
    say(`the sandbox cloud answers at ${sandbox.url} (servers are processes on this machine)`);
    Object.assign(cloud, {
      OS_CLIENT_CONFIG_FILE: sandbox.cloudsYaml,
      OS_CLOUD: 'sandbox',
      WARRENER_SSH_PORT: sshPort,
    });
  }

  const token = secret('api-token', () => randomBytes(24).toString('hex'));
  const secretKey = secret('secret-key', () => randomBytes(32).toString('base64'));
  const [port] = existsSync(join(home, 'api-port'))
    ? [readFileSync(join(home, 'api-port'), 'utf8')]
    : await freePorts(1);
  writeFileSync(join(home, 'api-port'), String(port));
  const { api } = await startProcess(
    'warrener',
    'dist/apps/warrener/main.js',
    {
      WARRENER_API_PORT: process.env.WARRENER_API_PORT ?? String(port),
      WARRENER_API_TOKEN: token,
      WARRENER_SECRET_KEY: secretKey,
      ...services.env,
      ...cloud,
    },
    'api',
  );
  writeFileSync(join(home, 'api.json'), JSON.stringify({ url: api, token_file: 'api-token' }));
  say(`the API answers at ${api}`);

  if (!ownCloud) {
    const password = secret('demo-password', () => randomBytes(15).toString('base64url'));
    await launchDemo({ api, token, password, say });
  }
  console.log(`
  API        ${api}/v1/brokers   (OpenAPI: ${api}/v1/openapi.json)
  token      ${join(home, 'api-token')}
  CLI        node dist/apps/cli/main.js broker list
${once ? '' : '\n  Ctrl-C stops everything; the next `npm start` finds it again.\n'}`);
  if (once) await end(0);
}

main().catch(async (error) => {
  if (ending === undefined) console.error(`\n${error.message}`);
  await end(1);
});
