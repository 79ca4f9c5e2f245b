import type { PublicData, Told } from './catalogue.ts';
import type { LogEvent } from './stream-context.ts';
import { isObject, numberOf } from './stream-context.ts';

/** How the facts of a tenant are told. */
export const tenantFacts = {
  TenantCreated: (event) => changed(event, 'created'),
  TenantRenamed: (event) => changed(event, 'renamed'),
  TenantRouted: (event) => changed(event, 'routed'),
  TenantExpressGranted: (event) => changed(event, 'express_granted'),
  TenantNamesShown: (event) => changed(event, 'names_shown'),
  TenantDeleted: (event) => changed(event, 'deleted'),
  TenantLimited: (event) => ({ type: 'limit.changed', data: { ...ofTenant(event), ...limitsOf(event) } }),
} as const satisfies Record<string, (event: LogEvent) => Told>;

const ofTenant = (event: LogEvent) => ({ tenant_id: event.stream.replace(/^tenant\//, '') });

const changed = (event: LogEvent, change: PublicData<'tenant.changed'>['change']): Told => ({
  type: 'tenant.changed',
  data: { ...ofTenant(event), change },
});

function limitsOf({ data }: LogEvent) {
  const limits = isObject(data['limits']) ? data['limits'] : {};
  const limit = (name: string): number | null => {
    const value = numberOf(limits[name], -1);
    return value < 0 ? null : value;
  };
  return {
    running_steps: limit('running_steps'),
    brokers: limit('brokers'),
    submissions_per_minute: limit('submissions_per_minute'),
  };
}
