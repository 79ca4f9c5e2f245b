import { engines } from '#brokers';
import { z } from 'zod';
import { DeleteBroker, ListBrokers } from '../brokers/requests.ts';
import { ListEvents, ListJobs } from '../jobs/requests.ts';
import { operatorRoutes, operatorSchemas } from './operator-answers.ts';
import type { Described } from './shapes.ts';
import { all, facts, page, text, time } from './shapes.ts';
import { webhookRoutes, webhookSchemas } from './webhook-answers.ts';

const Event = z.strictObject({ version: z.int(), type: z.string(), at: time, data: facts });

const broker = {
  id: z.uuid(),
  name: z.string(),
  endpoint: text,
  dashboard_url: text,
  flavor: z.string(),
  key_pair: z.string(),
  engine: z.enum(Object.keys(engines)),
  status: z.enum(['requested', 'launching', 'ready', 'failed', 'parked', 'deleting', 'deleted']),
  image: z.string(),
  network: z.string(),
  error: text,
  job_id: z.uuid(),
};
const Broker = z.strictObject(broker);
const ListedBroker = z.strictObject({ ...broker, created_at: time });
const BrokerDetail = z.strictObject({
  ...broker,
  admin_username: z.string(),
  address: text,
  floating_network: text,
  created_at: time.nullable(),
  updated_at: time.nullable(),
  server: facts.nullable(),
  server_error: text,
  history: z.array(Event),
  timings: z.array(
    z.strictObject({ step: z.string(), duration_ms: z.number().nullable(), attempts: z.int() }),
  ),
});

const jobStatus = z.enum(['running', 'undoing', 'parked', 'succeeded', 'failed', 'cancelled']);
const percent = z.number().min(0).max(100);
const Step = z.strictObject({
  name: z.string(),
  stage: z.enum(['cloud', 'config']),
  status: z.enum([
    'pending',
    'running',
    'waiting',
    'uncertain',
    'succeeded',
    'failed',
    'undoing',
    'undone',
    'skipped',
  ]),
  attempts: z.int(),
  started_at: time.nullable(),
  finished_at: time.nullable(),
  duration_ms: z.number().nullable(),
  error: text,
  waiting_for: text,
  output: facts,
  notes: z.string(),
});
/** What a job that is under way waits for. */
const WaitingFor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('moment'), queue: z.string(), until: time }),
  z.strictObject({
    kind: z.literal('limit'),
    queue: z.string(),
    limit: z.literal('running_steps'),
    of: z.int(),
    ahead: z.int(),
  }),
  z.strictObject({
    kind: z.literal('worker'),
    queue: z.string(),
    ahead: z.int(),
    estimate_seconds: z.int().nullable(),
  }),
]);
const Job = z.strictObject({
  id: z.uuid(),
  workflow: z.string(),
  workflow_version: z.int(),
  broker_id: z.uuid(),
  broker_name: text,
  status: jobStatus,
  progress: percent,
  current_step: text,
  steps: z.array(Step),
  error: text,
  created_at: time,
  finished_at: time.nullable(),
  waiting_for: WaitingFor.nullable(),
});
const ListedJob = z.strictObject({
  id: z.uuid(),
  workflow: z.string(),
  broker_id: z.uuid(),
  broker_name: text,
  status: jobStatus,
  progress: percent,
  created_at: time,
  updated_at: time,
});
const Accepted = z.strictObject({
  broker: Broker,
  job: z.strictObject({ id: z.uuid(), status: z.literal('running'), broker_id: z.uuid() }),
  callback: z.strictObject({ webhook_id: z.uuid() }).optional(),
});
const Choice = z.strictObject({ id: z.string(), name: z.string() });
const Flavor = z.strictObject({
  id: z.string(),
  name: z.string(),
  vcpus: z.number(),
  ram_mb: z.number(),
  disk_gb: z.number(),
});
const Network = z.strictObject({ id: z.string(), name: z.string(), external: z.boolean() });
const Check = z.looseObject({ name: z.string(), ok: z.boolean() });

/** RFC 9457, as libs/platform/problem.ts writes it. */
const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
  request_id: z.string().optional(),
});

/** The components of the OpenAPI document that answers are made of, by their names in it. */
export const answerSchemas = {
  Accepted,
  Broker,
  BrokerDetail,
  Check,
  Choice,
  Event,
  Flavor,
  Job,
  ListedBroker,
  ListedJob,
  Network,
  Problem,
  Step,
  ...operatorSchemas,
  ...webhookSchemas,
} as const;

/** By `METHOD path`, as the document has them. */
export const routes: Readonly<Record<string, Described>> = {
  'POST /v1/brokers': { answer: Accepted },
  'GET /v1/brokers': { query: ListBrokers, answer: page(ListedBroker) },
  'GET /v1/brokers/{broker}': { answer: BrokerDetail },
  'DELETE /v1/brokers/{broker}': { query: DeleteBroker, answer: Accepted },
  'GET /v1/jobs': { query: ListJobs, answer: page(ListedJob) },
  'GET /v1/jobs/{job}': { answer: Job },
  'GET /v1/jobs/{job}/events': { query: ListEvents, answer: all(Event) },
  'POST /v1/jobs/{job}/cancel': { answer: Job },
  'POST /v1/jobs/{job}/retry': { answer: Job },
  'GET /v1/cloud/images': { answer: all(Choice) },
  'GET /v1/cloud/flavors': { answer: all(Flavor) },
  'GET /v1/cloud/networks': { answer: all(Network) },
  'GET /v1/cloud/keys': { answer: all(Choice) },
  ...operatorRoutes,
  ...webhookRoutes,
};
