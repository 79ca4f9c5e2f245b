// npm test: every test, against real services that are started for this run on free ports and stopped after it.
// npm run test:openstack: the end-to-end tests against the cloud that OS_CLOUD names.
// Further words go to Jest: npm test -- libs/ssh
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, ensureBuilt, ensurePackagesInstalled } from './ensure-dependencies.mjs';
import { cleanServices, startServices } from './services.mjs';
import { ensurePrograms } from './services/packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const openstack = process.argv.includes('--openstack');
const patterns = process.argv.slice(2).filter((word) => word !== '--openstack');
const home = `.warrener/test-${process.pid}`;
const say = (text) => console.error(`test: ${text}`);
const counts = { passed: 0, failed: 0 };
let child;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    child?.kill('SIGINT');
  });
}

async function jest(name, args, env) {
  const report = join(home, `${name}.json`);
  const command = [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${report}`,
    ...args,
  ];
  const code = await new Promise((resolve) => {
    child = spawn(process.execPath, command, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
    child.once('close', resolve);
  });
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    say(`${name}: jest ended with ${code} and no report`);
    counts.failed += 1;
    return;
  }
  counts.passed += result.numPassedTests;
  // A suite that cannot run has failed, though it has no test to say so.
  counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) counts.failed += 1;
}

async function main() {
  checkNode();
  if (openstack && !process.env.OS_CLOUD) {
    console.error(
      'Say which cloud to test against: OS_CLOUD=<an entry of your clouds.yaml> npm run test:openstack',
    );
    process.exit(2);
  }
  ensurePackagesInstalled(root, say);
  ensurePrograms(
    ['rabbitmq-server', 'epmd', 'redis-server', 'mosquitto', 'sshd', 'sudo', 'unshare', 'ip'],
    say,
  );
  ensureBuilt(root, say);
  mkdirSync(home, { recursive: true });
  // The tests make their own databases and virtual hosts; what the environment names is used for that, never emptied.
  const services = await startServices({ dir: join(home, 'services'), say });
  const env = {
    WARRENER_TEST_HOME: join(root, home),
    WARRENER_TEST_CLOUD: openstack ? 'openstack' : 'sandbox',
  };
  for (const [name, value] of Object.entries(services.env)) env[`TEST_${name}`] = value;
  try {
    if (patterns.length > 0) await jest('some', ['--runInBand', '--testTimeout=480000', ...patterns], env);
    else if (openstack)
      await jest('openstack', ['--runInBand', '--testTimeout=480000', 'test/brokers.e2e.spec.ts'], env);
    else {
      await jest(
        'units',
        [
          '--maxWorkers=2',
          '--testPathIgnorePatterns',
          '\\.e2e\\.spec\\.ts$',
          'libs/openstack/lab.int.spec.ts',
        ],
        env,
      );
      if (!interrupted)
        await jest('e2e', ['--runInBand', '--testTimeout=480000', '\\.e2e\\.spec\\.ts$'], env);
    }
  } finally {
    await cleanServices(join(home, 'services'));
    rmSync(home, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  counts.failed += 1;
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 || interrupted ? 1 : 0);
