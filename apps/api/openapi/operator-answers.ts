import { roles } from '#tenants';
import type { Role } from '#tenants';
import { z } from 'zod';
import { ListPage } from '../tenants/requests.ts';
import type { Described } from './shapes.ts';
import { all, page, text, time } from './shapes.ts';

const role = z.enum(roles as readonly [Role, ...Role[]]);

const Me = z.strictObject({ tenant: z.string(), name: z.string(), role });
const SignedIn = z.strictObject({
  token: z.string(),
  expires_at: time,
  tenant: z.string(),
  project: z.string(),
  name: z.string(),
  role,
});
const Firehose = z.strictObject({ websocket_url: text });

const limit = z.int().nullable();
const tenant = {
  id: z.string(),
  name: z.string(),
  queues: z.strictObject({
    cloud_express_queue: z.string(),
    cloud_bulk_queue: z.string(),
    config_express_queue: z.string(),
    config_bulk_queue: z.string(),
  }),
  limits: z.strictObject({ running_steps: limit, brokers: limit, submissions_per_minute: limit }),
  express_role: role,
};
const Tenant = z.strictObject(tenant);
const ListedTenant = z.strictObject({ ...tenant, created_at: time });

const token = {
  id: z.uuid(),
  tenant: z.string(),
  name: z.string(),
  role,
  expires_at: time,
  revoked: z.boolean(),
};
const ListedToken = z.strictObject({ ...token, created_at: time });
const IssuedToken = z.strictObject({ ...token, token: text });

const WorkQueue = z.strictObject({
  name: z.string(),
  exists: z.boolean(),
  depth: z.int(),
  consumers: z.int(),
  workers: z.array(z.string()),
  jobs_waiting: z.int(),
  oldest_seconds: z.int().nullable(),
  tenants: z.array(z.string()),
  misaligned: z.boolean(),
});

const workerState = z.enum(['working', 'draining', 'stopped']);
const Worker = z.strictObject({
  worker: z.string(),
  pool: z.string(),
  host: z.string(),
  pid: z.int(),
  started_at: z.string(),
  state: workerState,
  priority: z.string(),
  fixed: z.boolean(),
  slots: z.int(),
  running: z.int(),
  unbegun: z.int(),
  consumed: z.array(z.string()),
});
const WorkerPool = z.strictObject({
  name: z.string(),
  priorities: z.string(),
  workers: z.array(z.strictObject({ name: z.string(), priorities: z.string(), state: workerState })),
  overridden_by_environment: z.array(z.string()),
});

export const operatorSchemas = {
  Firehose,
  IssuedToken,
  ListedTenant,
  ListedToken,
  Me,
  SignedIn,
  Tenant,
  Worker,
  WorkerPool,
  WorkQueue,
} as const;

export const operatorRoutes: Readonly<Record<string, Described>> = {
  'GET /v1/me': { answer: Me },
  'POST /v1/sign-in': { answer: SignedIn },
  'GET /v1/firehose': { answer: Firehose },
  'GET /v1/tenants': { query: ListPage, answer: page(ListedTenant) },
  'POST /v1/tenants': { answer: Tenant },
  'GET /v1/tenants/{tenant}': { answer: Tenant },
  'PATCH /v1/tenants/{tenant}': { answer: Tenant },
  'GET /v1/tenants/{tenant}/tokens': { query: ListPage, answer: page(ListedToken) },
  'POST /v1/tenants/{tenant}/tokens': { answer: IssuedToken },
  'GET /v1/work-queues': { answer: all(WorkQueue) },
  'GET /v1/workers': { answer: z.strictObject({ items: z.array(Worker), next: z.null() }) },
  'GET /v1/worker-pools': { query: ListPage, answer: page(WorkerPool) },
  'GET /v1/worker-pools/{pool}': { answer: WorkerPool },
  'PUT /v1/worker-pools/{pool}': { answer: WorkerPool },
};
