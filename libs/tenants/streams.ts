import type { StreamType } from '#event-log';
import type { PoolEvent, PoolState } from './core/pool.ts';
import { evolvePool, initialPool } from './core/pool.ts';
import type { Slots, SlotsEvent } from './core/slots.ts';
import { evolveSlots, initialSlots } from './core/slots.ts';
import type { TenantEvent, TenantState } from './core/tenant.ts';
import { evolveTenant, initialTenant } from './core/tenant.ts';
import type { TokenEvent, TokenState } from './core/token.ts';
import { evolveToken, initialToken } from './core/token.ts';
import type { Usage, UsageEvent } from './core/usage.ts';
import { evolveUsage, initialUsage } from './core/usage.ts';

/** How a tenant's facts fold. */
export const tenantStream: StreamType<TenantState, TenantEvent> = {
  kind: 'tenant',
  stateVersion: 2,
  initial: initialTenant,
  evolve: evolveTenant,
};

/** How a token's facts fold. */
export const tokenStream: StreamType<TokenState, TokenEvent> = {
  kind: 'token',
  stateVersion: 1,
  initial: initialToken,
  evolve: evolveToken,
};

/** How a worker pool's facts fold. */
export const poolStream: StreamType<PoolState, PoolEvent> = {
  kind: 'pool',
  stateVersion: 1,
  initial: initialPool,
  evolve: evolvePool,
};

/** How what a tenant with limits used folds. */
export const usageStream: StreamType<Usage, UsageEvent> = {
  kind: 'tenant-usage',
  stateVersion: 1,
  initial: initialUsage,
  evolve: evolveUsage,
};

/** How the slots of a tenant's steps fold. */
export const slotsStream: StreamType<Slots, SlotsEvent> = {
  kind: 'tenant-slots',
  stateVersion: 1,
  initial: initialSlots,
  evolve: evolveSlots,
};

export const tenantStreamId = (tenant: string): string => `tenant/${tenant}`;
export const tokenStreamId = (token: string): string => `token/${token}`;
export const poolStreamId = (pool: string): string => `pool/${pool}`;
export const slotsStreamId = (tenant: string): string => `tenant-slots/${tenant}`;
export const usageStreamId = (tenant: string): string => `tenant-usage/${tenant}`;

/** Whose the installation's own facts are (pools): no tenant can have this name. */
export const INSTALLATION = '';
