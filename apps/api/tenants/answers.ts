import { roles } from '#tenants';
import type { Role } from '#tenants';
import { z } from 'zod';
import { moment, pageOf } from '../open-api.ts';

const role = z.enum(roles as readonly [Role, ...Role[]]);
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
  limits: z
    .strictObject({ running_steps: limit, brokers: limit, submissions_per_minute: limit })
    .describe('Null for no limit'),
  express_role: role,
  public_names: z.boolean(),
};

/** GET /v1/tenants/{tenant}, and what makes or changes one */
export const TenantShown = z.strictObject(tenant).meta({ id: 'Tenant' });

/** GET /v1/tenants */
export const TenantPage = pageOf('TenantPage', z.strictObject({ ...tenant, created_at: moment }));

const token = {
  id: z.uuid(),
  tenant: z.string(),
  name: z.string(),
  role,
  expires_at: moment,
  revoked: z.boolean(),
};

/** GET /v1/tenants/{tenant}/tokens */
export const TokenPage = pageOf('TokenPage', z.strictObject({ ...token, created_at: moment }));

/** POST /v1/tenants/{tenant}/tokens */
export const TokenIssued = z
  .strictObject({
    ...token,
    token: z.string().nullable().describe('Shown once; null where the request was answered before'),
  })
  .meta({ id: 'TokenIssued' });

/** GET /v1/me */
export const Me = z.strictObject({ tenant: z.string(), name: z.string(), role }).meta({ id: 'Me' });

/** POST /v1/sign-in */
export const SignedIn = z
  .strictObject({
    token: z.string().describe("Keystone's, to be presented as X-Auth-Token"),
    expires_at: moment,
    tenant: z.string(),
    project: z.string().describe("The tenant's name in Keystone"),
    name: z.string(),
    role,
  })
  .meta({ id: 'SignedIn' });
