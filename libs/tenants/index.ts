export { findRoom, hasLaunchLimits, rateHeaders } from './admission.ts';
export type { ListedOf, Room } from './admission.ts';
export { roles, suffices } from './core/access.ts';
export type { Role } from './core/access.ts';
export { mayUse, queuesOf } from './core/tenant.ts';
export type { Lane, Limits, QueueNames, Tenant, TenantChange, TenantEvent } from './core/tenant.ts';
export type { Token } from './core/token.ts';
export type { Rate } from './core/usage.ts';
export { loadPool, setPool } from './pools.ts';
export { poolsProjection, PoolView } from './projections/pools.ts';
export { placeInLine, StepSlots } from './step-slots.ts';
export { tenantsProjection, TenantView } from './projections/tenants.ts';
export { tokensProjection, TokenView } from './projections/tokens.ts';
export type { TokenRow } from './projections/tokens.ts';
export {
  changeTenant,
  createTenant,
  DEFAULT_TENANT,
  deleteTenant,
  ensureTenant,
  loadTenant,
} from './tenants.ts';
export { issueToken, revokeToken, verifyToken } from './tokens.ts';

/** The library's numbered schema files. */
export const schemaDirectory = new URL('./schema/', import.meta.url);
