import { catalogue, publicTypes } from './catalogue.ts';
import type { PublicType, Told } from './catalogue.ts';
import { cloudEvent, facts, publicEvent, publicForm, sourceOf, toldKinds } from './public-event.ts';
import type { PublicEvent } from './public-event.ts';
import type { Field } from './field.ts';
import type { LogEvent, StreamContext } from './stream-context.ts';
import { learn, nothingYet } from './stream-context.ts';
import { opaqueIds } from '../opaque.ts';

const source = sourceOf('test');
const opaque = opaqueIds(Buffer.alloc(32, 7));

/** What everybody may see of each type, written down a second time on purpose: showing more takes a change here too. */
const job = ['broker_id', 'job_id', 'workflow'];
const step = [...job, 'attempt', 'direction', 'progress', 'step'];
const broker = ['broker_id', 'engine', 'job_id', 'name'];
const shown: Record<PublicType, readonly string[] | null> = {
  'job.submitted': [...job, 'steps'],
  'job.undoing': [...job, 'cause'],
  'job.cancel_requested': job,
  'job.parked': job,
  'job.retried': job,
  'job.succeeded': job,
  'job.failed': job,
  'job.cancelled': job,
  'step.started': step,
  'step.progressed': [...step, 'until'],
  'step.succeeded': step,
  'step.failed': [...step, 'failure', 'retry_at'],
  'step.retried': step,
  'step.undone': step,
  'broker.requested': broker,
  'broker.ready': broker,
  'broker.changed': [...broker, 'status'],
  'broker.deleted': broker,
  'tenant.changed': null,
  'limit.changed': null,
  'webhook.changed': null,
  'webhook.disabled': null,
  'webhook.test': null,
};

const example = (type: PublicType): PublicEvent => ({
  id: 'job-1-7',
  tenant: 'acme',
  subject: { kind: 'job', id: '1' },
  sequence: 7,
  time: '2026-03-01T12:00:00.000Z',
  ...({ type, data: catalogue[type].example } as Told),
});

describe.each(publicTypes)('%s', (type) => {
  test('has the name of its kind and event, a sentence, and an example with every field', () => {
    expect(type).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect(catalogue[type].doc).toMatch(/^[A-Z].*\.$/);
    expect(Object.keys(catalogue[type].example).sort()).toEqual(Object.keys(catalogue[type].fields).sort());
  });

  test('shows everybody exactly what is allowed', () => {
    const form = publicForm(example(type), source, { opaque });
    expect(form === undefined ? null : Object.keys(form.data).sort()).toEqual(
      shown[type] === null ? null : [...shown[type]].sort(),
    );
  });

  test('shows no tenant, no name and no hidden field, whatever they hold', () => {
    const hidden = Object.fromEntries(
      Object.entries<Field<unknown>>(catalogue[type].fields).map(([name, field]) => [
        name,
        field.shown === 'plain'
          ? (catalogue[type].example as Record<string, unknown>)[name]
          : `hidden ${name}`,
      ]),
    );
    const event = { ...example(type), tenant: 'hidden tenant', data: hidden } as PublicEvent;
    expect(JSON.stringify(publicForm(event, source, { opaque }) ?? {})).not.toContain('hidden');
  });
});

test('names are shown where the tenant wants it', () => {
  expect(publicForm(example('broker.ready'), source, { opaque, named: true })).toMatchObject({
    tenant: 'acme',
    data: { name: 'orders' },
  });
  expect(publicForm(example('broker.ready'), source, { opaque })).toMatchObject({
    tenant: opaque('acme'),
    data: { name: opaque('orders') },
  });
});

test('ids and sequences are the same in both forms', () => {
  const own = cloudEvent(example('job.failed'), source);
  const everybodys = publicForm(example('job.failed'), source, { opaque });
  expect(own).toMatchObject({ id: 'job-1-7', sequence: '7', subject: 'job/1', specversion: '1.0' });
  expect(everybodys).toMatchObject({ id: own.id, sequence: own.sequence, subject: own.subject });
});

/** Tells a history as the follower does. */
function tell(kind: string, history: readonly (readonly [string, LogEvent['data']])[]) {
  let before: StreamContext = nothingYet;
  return history.map(([type, data], index) => {
    const event: LogEvent = {
      stream: `${kind}-1`,
      kind,
      tenant: 'acme',
      version: index + 1,
      type,
      data,
      at: '2026-03-01T12:00:00.000Z',
    };
    const told = publicEvent(event, before);
    before = learn(before, event);
    return told;
  });
}

const submitted = {
  job: '1',
  workflow: 'launch-broker',
  workflow_version: 1,
  subject: 'b',
  input: { admin: 'x' },
  plan: [
    { name: 'one', stage: 'cloud', undo: null },
    { name: 'two', stage: 'cloud', undo: null },
  ],
};
const run = (step: string, more: LogEvent['data'] = {}) => ({ step, direction: 'do', turn: 1, ...more });

test('a job is told step by step: waiting, looking, failing, trying again', () => {
  const told = tell('job', [
    ['JobSubmitted', submitted],
    ['StepStarted', run('one', { attempt: 1 })],
    ['StepDeferred', run('one', { until: '2026-03-01T12:00:01.000Z', reason: 'it boots', notes: 'secret' })],
    ['StepStarted', run('one', { attempt: 1 })],
    ['StepFailed', run('one', { kind: 'retry', reason: 'r', request_id: null, until: 'u', notes: 'secret' })],
    ['StepStarted', run('one', { attempt: 2 })],
    ['StepSucceeded', run('one', { output: { a: 'secret' }, notes: 'secret' })],
    ['StepStarted', run('two', { attempt: 1 })],
    ['StepInterrupted', run('two', { reason: 'gone' })],
    ['UndoStarted', { cause: 'cancelled', reason: 'by x' }],
    ['StepStarted', { step: 'unone', direction: 'undo', turn: 7, attempt: 1 }],
    ['StepSucceeded', { step: 'unone', direction: 'undo', turn: 7, output: {}, notes: '' }],
    ['JobCancelled', { reason: 'by x' }],
  ]);
  expect(told.map((event) => event?.type)).toEqual([
    'job.submitted',
    'step.started',
    'step.progressed',
    'step.progressed',
    'step.failed',
    'step.retried',
    'step.succeeded',
    'step.started',
    'step.failed',
    'job.undoing',
    'step.started',
    'step.undone',
    'job.cancelled',
  ]);
  expect(told.map((event) => event?.sequence)).toEqual(told.map((_, index) => index + 1));
  expect(told[6]?.data).toMatchObject({ job_id: '1', broker_id: 'b', step: 'one', attempt: 2, progress: 50 });
  expect(told[12]?.data).toEqual({ job_id: '1', broker_id: 'b', workflow: 'launch-broker', reason: 'by x' });
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('a broker is told from its request to its end', () => {
  const told = tell('broker', [
    [
      'BrokerRequested',
      { broker: '1', job: 'j', name: 'orders', engine: 'rabbitmq', flavor: { id: 'f', name: 'm1' } },
    ],
    ['BrokerLaunchStarted', { job: 'j' }],
    ['BrokerReady', { job: 'j', endpoint: 'amqp://a', dashboard_url: null }],
    ['BrokerDeletionRequested', { job: 'k' }],
    ['BrokerParked', { job: 'k', reason: 'quota' }],
    ['BrokerResumed', { job: 'k' }],
    ['BrokerDeleted', { job: 'k' }],
  ]);
  expect(told.map((event) => event?.type)).toEqual([
    'broker.requested',
    'broker.changed',
    'broker.ready',
    'broker.changed',
    'broker.changed',
    'broker.changed',
    'broker.deleted',
  ]);
  expect(told[5]?.data).toMatchObject({ name: 'orders', status: 'deleting', job_id: 'k' });
});

test('a tenant is told with its limits, and nobody else hears of it', () => {
  const limits = { running_steps: 8, brokers: 0, submissions_per_minute: null };
  const told = tell('tenant', [
    ['TenantCreated', { tenant: '1', name: 'Acme', limits: {} }],
    ['TenantLimited', { limits }],
    ['TenantNamesShown', { public_names: true }],
  ]);
  expect(told.map((event) => event?.data)).toMatchObject([
    { change: 'created' },
    limits,
    { change: 'names_shown' },
  ]);
  for (const event of told) expect(publicForm(event!, source, { opaque, named: true })).toBeUndefined();
});

test('every fact that is told gives a type of the catalogue, from the emptiest of data', () => {
  for (const kind of toldKinds) {
    for (const type of Object.keys(facts[kind])) {
      const told = tell(kind, [[type, {}]])[0];
      expect(publicTypes).toContain(told?.type);
      expect(Object.keys(told?.data ?? {}).sort()).toEqual(Object.keys(catalogue[told!.type].fields).sort());
    }
  }
});

test('what nobody outside knows of is not told', () => {
  expect(tell('request', [['RequestAnswered', {}]])).toEqual([undefined]);
  expect(tell('job', [['FromTheFuture', {}]])).toEqual([undefined]);
});
