// A worker that kills itself at the first place it comes to that no earlier one died at; the ledger file remembers them.
// It is the real worker, with the functions that touch the outside wrapped. It begins when it is sent SIGUSR2.
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { startWorker, workerVariables } from '../../dist/apps/worker/worker.js';
import { EventLog } from '../../dist/libs/event-log/index.js';
import { Http } from '../../dist/libs/openstack/http.js';
import { readConfig } from '../../dist/libs/platform/index.js';
import { runProcess, Runtime, runtimeVariables } from '../../dist/libs/runtime/index.js';

const ledger = process.env.WARRENER_TEST_LEDGER;
let died = new Set();
/** The step that runs now; the test has one job, so there is one at a time. */
let step = '';

function maybeDie(place, name = step) {
  const where = `${place} ${name}`;
  if (name === '' || died.has(where)) return;
  appendFileSync(ledger, `${where}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const { append } = EventLog.prototype;
EventLog.prototype.append = async function dyingAppend(wanted) {
  const events = wanted.writes.flatMap((write) => write.events);
  const started = events.find(({ type }) => type === 'StepStarted')?.data.step;
  const reported = events.find(({ type }) => /^Step(Succeeded|Deferred|Failed)$/.test(type))?.data.step;
  if (started !== undefined) maybeDie('before start', started);
  if (reported !== undefined) maybeDie('before report', reported);
  const result = await append.call(this, wanted);
  if (started !== undefined && result.ok) {
    maybeDie('after start', started);
    step = started;
  }
  if (reported !== undefined) {
    step = '';
    if (result.ok) maybeDie('after report', reported);
  }
  return result;
};

const { request } = Http.prototype;
Http.prototype.request = async function dyingRequest(service, method, ...rest) {
  const answer = await request.call(this, service, method, ...rest);
  if (method !== 'GET' && service !== 'keystone') maybeDie(`inside, after ${method}`);
  return answer;
};

const { exec } = ssh2.Client.prototype;
ssh2.Client.prototype.exec = function dyingExec(command, ...rest) {
  const callback = rest.pop();
  return exec.call(this, command, ...rest, (error, channel) => {
    channel?.once('exit', () => maybeDie('inside, after a command'));
    callback(error, channel);
  });
};

const begin = once(process, 'SIGUSR2');
process.stdout.write('loaded\n');
const patience = setTimeout(() => process.exit(1), 120_000); // also keeps it alive meanwhile
await begin;
clearTimeout(patience);
died = new Set(readFileSync(ledger, 'utf8').split('\n'));
await runProcess('dying-worker', async (shutdown, logger) => {
  const config = readConfig(process.env, [...runtimeVariables, ...workerVariables]);
  const runtime = await Runtime.open(config, process.env, logger, shutdown);
  const worker = await startWorker(runtime, config);
  shutdown.add('worker', () => worker.stop());
});
