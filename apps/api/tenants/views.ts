import type { JsonObject } from '#event-log';
import type { Tenant, Token } from '#tenants';

/** A tenant. */
export const tenantView = ({ id, name, queues, limits, express_role, public_names }: Tenant) =>
  ({ id, name, queues, limits, express_role, public_names }) satisfies JsonObject;

/** A token, never with its secret or what could stand for it. */
export const tokenView = ({ id, name, role, expires_at, revoked }: Token, tenant: string) =>
  ({ id, tenant, name, role, expires_at, revoked }) satisfies JsonObject;
