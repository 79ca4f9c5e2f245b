// npm test: every test, against real services that are started for this run on free ports and stopped after it.
// npm run test:openstack: what can run on any cloud, against the one that OS_CLOUD names.
// Further words go to Jest: npm test -- libs/ssh
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkNode, ensureBuilt, ensurePackagesInstalled } from './ensure-dependencies.mjs';
import { cleanServices, startServices } from './services.mjs';
import { ensurePrograms, sandboxPrograms } from './services/packages.mjs';
import { endGuests, inGroup, record, recordSelf, removeFolder, running, send } from './services/process.mjs';

/** The specs that need a cloud and take any. */
const ON_ANY_CLOUD = ['test/brokers.e2e.spec.ts', 'test/openstack.e2e.spec.ts'];
const E2E = '\\.e2e\\.spec\\.ts$';
/** How long programs that a test left behind have to end in order, milliseconds. */
const PATIENCE_MS = 15_000;
const IN_BAND = ['--runInBand', '--testTimeout=480000'];
/** End-to-end tests wait more than they work. */
const SIDE_BY_SIDE = ['--maxWorkers=2', '--testTimeout=480000'];

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const root = process.cwd();
const openstack = process.argv.includes('--openstack');
const patterns = process.argv.slice(2).filter((word) => word !== '--openstack');
const home = `.warrener/test-${process.pid}`;
const say = (text) => console.error(`test: ${text}`);
const counts = { passed: 0, failed: 0 };
let group; // Jest's process group: Jest itself and every program a test started
let interrupts = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupts += 1;
    if (interrupts === 1) say('interrupted; ending what was started');
    signalGroup(interrupts === 1 ? 'SIGINT' : 'SIGKILL');
  });
}

function signalGroup(signal) {
  if (group !== undefined) send(-group, signal);
}

async function jest(name, args, env) {
  if (interrupts > 0) return;
  const report = join(home, `${name}.json`);
  const command = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--json'];
  const child = spawn(process.execPath, [...command, `--outputFile=${report}`, ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
    detached: true,
  });
  group = child.pid;
  record(home, 'jest', group);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  await endGroup();
  count(name, code, report);
}

/** Jest has ended; what its tests have left running ends with it. */
async function endGroup() {
  const deadline = Date.now() + PATIENCE_MS;
  if (inGroup(group).length > 0) {
    say('ending programs that a test left behind');
    signalGroup('SIGTERM');
  }
  while (inGroup(group).length > 0) {
    if (Date.now() > deadline) signalGroup('SIGKILL');
    await sleep(50);
  }
  group = undefined;
}

function count(name, code, report) {
  if (!existsSync(report)) {
    say(`${name}: jest ended with ${code} and no report`);
    counts.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  // A suite that cannot run has failed, though it has no test to say so.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  counts.passed += result.numPassedTests;
  counts.failed += failed === 0 && code !== 0 ? 1 : failed;
}

/** Jest, services and sandboxes of a run, and its folder. */
async function cleanRun(folder) {
  const orphan = running(folder, 'jest');
  if (orphan !== null) send(-orphan.pid, 'SIGKILL');
  for (const entry of readdirSync(folder)) await endGuests(join(folder, entry));
  await cleanServices(join(folder, 'services'));
  removeFolder(folder);
}

/** What a run that was killed left behind. */
async function cleanEarlierRuns() {
  for (const entry of readdirSync('.warrener').filter((name) => name.startsWith('test-'))) {
    const folder = join('.warrener', entry);
    if (running(folder, 'test') === null) await cleanRun(folder);
  }
}

async function runJest(env) {
  if (patterns.length > 0) await jest('some', [...IN_BAND, ...patterns], env);
  else if (openstack) await jest('openstack', [...IN_BAND, ...ON_ANY_CLOUD], env);
  else {
    await jest('units', ['--maxWorkers=2', '--testPathIgnorePatterns', E2E], env);
    await jest('e2e', [...SIDE_BY_SIDE, E2E], env);
  }
}

async function main() {
  checkNode();
  ensurePackagesInstalled(root, say);
  // The browser is for all tests at once: some of them may not need it, and get it when they ask.
  const browser = patterns.length === 0 && !openstack ? ['chromium'] : [];
  await ensurePrograms([...sandboxPrograms, 'redis-server', ...browser], say);
  ensureBuilt(root, say);
  mkdirSync(home, { recursive: true });
  recordSelf(home, 'test');
  await cleanEarlierRuns();
  try {
    // The tests make their own databases and virtual hosts; what the environment names is used for that, never emptied.
    const services = await startServices({ dir: join(home, 'services'), say });
    const env = {
      WARRENER_TEST_HOME: join(root, home),
      WARRENER_TEST_CLOUD: openstack ? 'openstack' : 'sandbox',
    };
    for (const [name, value] of Object.entries(services.env)) env[`TEST_${name}`] = value;
    await runJest(env);
  } finally {
    await cleanRun(home);
  }
}

if (openstack && !process.env.OS_CLOUD) {
  console.error('Say which cloud to test on: OS_CLOUD=<an entry of your clouds.yaml> npm run test:openstack');
  process.exit(2);
}
try {
  await main();
} catch (error) {
  console.error(error.message);
  counts.failed += 1;
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 || interrupts > 0 ? 1 : 0);
