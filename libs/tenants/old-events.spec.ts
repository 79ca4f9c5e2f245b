import { oldEventsAreRead } from '../../test/support/old-events.ts';
import type { PoolEvent } from './core/pool.ts';
import type { SlotsEvent } from './core/slots.ts';
import type { TenantEvent } from './core/tenant.ts';
import type { TokenEvent } from './core/token.ts';
import type { UsageEvent } from './core/usage.ts';
import { poolStream, slotsStream, tenantStream, tokenStream, usageStream } from './streams.ts';

oldEventsAreRead(new URL('./fixtures/', import.meta.url), [
  {
    stream: tenantStream,
    types: {
      TenantCreated: true,
      TenantRenamed: true,
      TenantRouted: true,
      TenantLimited: true,
      TenantExpressGranted: true,
      TenantNamesShown: true,
      TenantDeleted: true,
    } satisfies Record<TenantEvent['type'], true>,
  },
  {
    stream: tokenStream,
    types: { TokenIssued: true, TokenRevoked: true } satisfies Record<TokenEvent['type'], true>,
  },
  {
    stream: poolStream,
    types: { PoolPrioritiesSet: true, PoolRemoved: true } satisfies Record<PoolEvent['type'], true>,
  },
  { stream: usageStream, types: { LaunchAdmitted: true } satisfies Record<UsageEvent['type'], true> },
  {
    stream: slotsStream,
    types: {
      StepsLimited: true,
      SlotTaken: true,
      SlotAwaited: true,
      SlotGranted: true,
      StepPutOff: true,
      SlotFreed: true,
    } satisfies Record<SlotsEvent['type'], true>,
  },
]);
