import type { DataOf, Fields } from './field.ts';
import { integer, oneOf, orNull, string, strings, time, uuid } from './field.ts';

/** One type of public event. */
interface Definition<Described extends Fields> {
  /** Raised when a field goes or changes its meaning; a new field changes nothing. */
  readonly version: number;
  /** When it is told. */
  readonly doc: string;
  /** Whether everybody may know of it, by those fields that are shown. */
  readonly firehose: boolean;
  readonly fields: Described;
  readonly example: DataOf<Described>;
}

const define = <Described extends Fields>(definition: Definition<Described>): Definition<Described> =>
  definition;

const JOB = '019a6e2c-1f5d-7c31-9d0e-6a1b2c3d4e5f';
const BROKER = '019a6e2c-1f5d-7c31-9d0e-0f1e2d3c4b5a';
const WEBHOOK = '019a6e2c-2a10-7d40-8e21-aa11bb22cc33';

const ofJob = {
  job_id: uuid('The job', 'plain'),
  broker_id: orNull(uuid('The broker the job works on', 'plain')),
  workflow: string('The workflow that the job runs', 'plain'),
};
const exampleJob = { job_id: JOB, broker_id: BROKER, workflow: 'launch-broker' };

const ofStep = {
  ...ofJob,
  step: string('The step', 'plain'),
  direction: oneOf(['do', 'undo'], '`undo` while the job walks back', 'plain'),
  attempt: integer('1 for the first try; waiting does not count', 'plain'),
  progress: integer('Share of the planned steps that are done, percent; 0 on the way back', 'plain'),
};
const exampleStep = {
  ...exampleJob,
  step: 'ensure-server',
  direction: 'do',
  attempt: 1,
  progress: 22,
} as const;

const reason = string('Why, in a sentence', 'never');

const ofBroker = {
  broker_id: uuid('The broker', 'plain'),
  job_id: uuid('The job that brought it about', 'plain'),
  name: orNull(string('The name the tenant gave it', 'opaque')),
  engine: orNull(string('`rabbitmq` or `mosquitto`', 'plain')),
};
const exampleBroker = { broker_id: BROKER, job_id: JOB, name: 'orders', engine: 'rabbitmq' };

/** Every type of event that is told outside, by `<kind>.<event>`. Documents, schemas and the firehose's allow-list are made from it. */
export const catalogue = {
  'job.submitted': define({
    version: 1,
    doc: 'A job was accepted and begins.',
    firehose: true,
    fields: { ...ofJob, steps: strings('Its planned steps, in order', 'plain') },
    example: { ...exampleJob, steps: ['ensure-security-group', 'ensure-port', 'ensure-server'] },
  }),
  'step.started': define({
    version: 1,
    doc: 'A step runs for the first time.',
    firehose: true,
    fields: ofStep,
    example: exampleStep,
  }),
  'step.progressed': define({
    version: 1,
    doc: 'A step waits for something outside, or looks whether it has come.',
    firehose: true,
    fields: {
      ...ofStep,
      waiting_for: orNull(string('What it waits for; null while it looks', 'never')),
      until: orNull(time('When it looks again', 'plain')),
    },
    example: { ...exampleStep, waiting_for: 'the server is being built', until: '2026-03-01T12:00:05.000Z' },
  }),
  'step.succeeded': define({
    version: 1,
    doc: 'A step did what it had to.',
    firehose: true,
    fields: ofStep,
    example: { ...exampleStep, progress: 33 },
  }),
  'step.failed': define({
    version: 1,
    doc: 'A run of a step failed or was cut off. With `retry_at` it is tried again.',
    firehose: true,
    fields: {
      ...ofStep,
      failure: oneOf(
        ['retry', 'uncertain', 'reject', 'operator', 'interrupted'],
        'What the failure means: it is tried again, first looked up, can never work, needs a person, or its worker died',
        'plain',
      ),
      reason,
      retry_at: orNull(time('When it is tried again; null where at once or never', 'plain')),
      request_id: orNull(string("OpenStack's request id, where a cloud call failed", 'never')),
    },
    example: {
      ...exampleStep,
      failure: 'retry',
      reason: 'Nova answered 503.',
      retry_at: '2026-03-01T12:00:05.000Z',
      request_id: 'req-1b8b6a0e-9f5e-4b38-8a3e-0d9c2f6a7b11',
    },
  }),
  'step.retried': define({
    version: 1,
    doc: 'A step runs again after a failure.',
    firehose: true,
    fields: ofStep,
    example: { ...exampleStep, attempt: 2 },
  }),
  'step.undone': define({
    version: 1,
    doc: 'What a step did was taken back.',
    firehose: true,
    fields: ofStep,
    example: { ...exampleStep, step: 'remove-server', direction: 'undo', progress: 0 },
  }),
  'job.undoing': define({
    version: 1,
    doc: 'A job walks back over what it did.',
    firehose: true,
    fields: { ...ofJob, cause: oneOf(['failed', 'cancelled'], 'How it will end', 'plain'), reason },
    example: { ...exampleJob, cause: 'failed', reason: 'The flavor does not fit the image.' },
  }),
  'job.cancel_requested': define({
    version: 1,
    doc: 'Somebody asked for a job to be cancelled.',
    firehose: true,
    fields: { ...ofJob, by: string('Who', 'never') },
    example: { ...exampleJob, by: 'admin' },
  }),
  'job.parked': define({
    version: 1,
    doc: 'A job waits for a person, who retries or cancels it.',
    firehose: true,
    fields: { ...ofJob, reason },
    example: { ...exampleJob, reason: 'The quota for servers is used up.' },
  }),
  'job.retried': define({
    version: 1,
    doc: 'Somebody had a parked or failed job go on.',
    firehose: true,
    fields: { ...ofJob, by: string('Who', 'never') },
    example: { ...exampleJob, by: 'admin' },
  }),
  'job.succeeded': define({
    version: 1,
    doc: 'A job has done all it had to.',
    firehose: true,
    fields: ofJob,
    example: exampleJob,
  }),
  'job.failed': define({
    version: 1,
    doc: 'A job failed, and what it did was taken back.',
    firehose: true,
    fields: { ...ofJob, reason },
    example: { ...exampleJob, reason: 'The flavor does not fit the image.' },
  }),
  'job.cancelled': define({
    version: 1,
    doc: 'A job was cancelled, and what it did was taken back.',
    firehose: true,
    fields: { ...ofJob, reason },
    example: { ...exampleJob, reason: 'cancelled by admin' },
  }),
  'broker.requested': define({
    version: 1,
    doc: 'A tenant asked for a broker.',
    firehose: true,
    fields: {
      ...ofBroker,
      flavor: orNull(string('The flavor of its server', 'never')),
      image: orNull(string('The image of its server', 'never')),
      network: orNull(string('The network it is put on', 'never')),
    },
    example: { ...exampleBroker, flavor: 'm1.small', image: 'RabbitMQ', network: 'private' },
  }),
  'broker.ready': define({
    version: 1,
    doc: 'A broker accepted a login and refused a wrong password: it can be used.',
    firehose: true,
    fields: {
      ...ofBroker,
      endpoint: string('Where it is', 'never'),
      dashboard_url: orNull(string('Its management page', 'never')),
    },
    example: {
      ...exampleBroker,
      endpoint: 'amqp://203.0.113.7:5672',
      dashboard_url: 'http://203.0.113.7:15672/',
    },
  }),
  'broker.changed': define({
    version: 1,
    doc: 'Something about a broker is different: its status, its server, its address.',
    firehose: true,
    fields: {
      ...ofBroker,
      status: oneOf(
        ['requested', 'launching', 'ready', 'failed', 'parked', 'deleting', 'deleted'],
        'Its status from now on',
        'plain',
      ),
      reason: orNull(string('Why, where something went wrong', 'never')),
      server_id: orNull(string('Its server, as Nova knows it', 'never')),
      address: orNull(string('Its address', 'never')),
    },
    example: {
      ...exampleBroker,
      status: 'launching',
      reason: null,
      server_id: '7d1d0c3e-5b0f-4d0a-9a53-6f3d2c1b0a99',
      address: null,
    },
  }),
  'broker.deleted': define({
    version: 1,
    doc: 'A broker and everything that was made for it are gone.',
    firehose: true,
    fields: ofBroker,
    example: exampleBroker,
  }),
  'tenant.changed': define({
    version: 1,
    doc: 'A tenant was created, renamed, routed to other queues or deleted, or may do something else than before.',
    firehose: false,
    fields: {
      tenant_id: string('The tenant', 'never'),
      change: oneOf(
        ['created', 'renamed', 'routed', 'express_granted', 'names_shown', 'deleted'],
        'What happened',
        'never',
      ),
    },
    example: { tenant_id: 'acme', change: 'routed' },
  }),
  'limit.changed': define({
    version: 1,
    doc: 'The limits of a tenant are different; null stands for none.',
    firehose: false,
    fields: {
      tenant_id: string('The tenant', 'never'),
      running_steps: orNull(integer('Steps that run at once', 'never')),
      brokers: orNull(integer('Brokers in existence', 'never')),
      submissions_per_minute: orNull(integer('Launches a minute', 'never')),
    },
    example: { tenant_id: 'acme', running_steps: 8, brokers: 20, submissions_per_minute: null },
  }),
  'webhook.changed': define({
    version: 1,
    doc: 'A webhook was created, changed or deleted, or has a new secret.',
    firehose: false,
    fields: {
      webhook_id: uuid('The webhook', 'never'),
      change: oneOf(['created', 'changed', 'secret_rotated', 'deleted'], 'What happened', 'never'),
    },
    example: { webhook_id: WEBHOOK, change: 'created' },
  }),
  'webhook.disabled': define({
    version: 1,
    doc: 'A webhook is not called any more, because its receiver failed for too long or answered 410.',
    firehose: false,
    fields: { webhook_id: uuid('The webhook', 'never'), reason },
    example: { webhook_id: WEBHOOK, reason: 'The receiver answered 410 Gone.' },
  }),
  'webhook.test': define({
    version: 1,
    doc: 'Somebody asked for a test of a webhook. It goes to that webhook only.',
    firehose: false,
    fields: { webhook_id: uuid('The webhook', 'never') },
    example: { webhook_id: WEBHOOK },
  }),
} as const;

type Catalogue = typeof catalogue;

/** `<kind>.<event>` */
export type PublicType = keyof Catalogue;

/** The data of a type of event, in the tenant's own form. */
export type PublicData<Type extends PublicType> = DataOf<Catalogue[Type]['fields']>;

/** What happened, by its type. */
export type Told = {
  readonly [Type in PublicType]: { readonly type: Type; readonly data: PublicData<Type> };
}[PublicType];

export const publicTypes = Object.keys(catalogue) as readonly PublicType[];
