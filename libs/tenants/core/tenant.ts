import type { Role } from './access.ts';
import { suffices } from './access.ts';

/** How urgent a job is for its tenant. */
export type Lane = 'express' | 'bulk';

/** The work queue of each stage and lane; several tenants may share one. */
export type QueueNames = {
  readonly cloud_express_queue: string;
  readonly cloud_bulk_queue: string;
  readonly config_express_queue: string;
  readonly config_bulk_queue: string;
};

/** What a tenant may have at once; null for as much as it likes. */
export type Limits = {
  /** Steps running at once, over all workers. */
  readonly running_steps: number | null;
  /** Brokers that are not deleted, failed ones included. */
  readonly brokers: number | null;
  /** Launches accepted within any 60 seconds. */
  readonly submissions_per_minute: number | null;
};

/** What an administrator decides about a tenant. */
type TenantSettings = {
  /** For people; the id stays. */
  readonly name: string;
  readonly queues: QueueNames;
  readonly limits: Limits;
  /** The least role that may use the express lane. */
  readonly express_role: Role;
  /** Whether everybody may read its name and its brokers' on the firehose. */
  readonly public_names: boolean;
};

/** The facts of a tenant. */
export type TenantEvent =
  | ({ readonly type: 'TenantCreated'; readonly tenant: string } & Omit<TenantSettings, 'public_names'> & {
        /** Absent in events that were written before it could be chosen. */
        readonly public_names?: boolean;
      })
  | { readonly type: 'TenantRenamed'; readonly name: string }
  | { readonly type: 'TenantRouted'; readonly queues: QueueNames }
  | { readonly type: 'TenantLimited'; readonly limits: Limits }
  | { readonly type: 'TenantExpressGranted'; readonly express_role: Role }
  | { readonly type: 'TenantNamesShown'; readonly public_names: boolean }
  | { readonly type: 'TenantDeleted' };

/** A tenant, as its events fold. */
export type Tenant = TenantSettings & { readonly id: string; readonly deleted: boolean };

/** Null before it was created. */
export type TenantState = Tenant | null;

type Loose<Settings> = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** A change names what it changes, down to the single queue and limit. */
export type TenantChange = {
  readonly [Key in keyof TenantSettings]?: TenantSettings[Key] extends object
    ? Loose<TenantSettings[Key]> | undefined
    : TenantSettings[Key] | undefined;
};

export type TenantCommand =
  | { readonly type: 'create'; readonly tenant: string; readonly settings: TenantChange & { name: string } }
  | { readonly type: 'change'; readonly change: TenantChange }
  | { readonly type: 'delete' };

/** The queues that every worker consumes where nothing is configured. */
export const defaultQueues: QueueNames = {
  cloud_express_queue: 'warrener.cloud',
  cloud_bulk_queue: 'warrener.cloud',
  config_express_queue: 'warrener.config',
  config_bulk_queue: 'warrener.config',
};

const noLimits: Limits = { running_steps: null, brokers: null, submissions_per_minute: null };

export const initialTenant = (): TenantState => null;

/** True for a tenant that was created and not deleted since. */
export const exists = (tenant: TenantState): tenant is Tenant => tenant !== null && !tenant.deleted;

/** The events that follow; none where nothing changes. 'exists' and 'missing' say why a command cannot be. */
export function decideTenant(
  tenant: TenantState,
  command: TenantCommand,
): readonly TenantEvent[] | 'exists' | 'missing' {
  if (command.type === 'create') {
    if (exists(tenant)) return 'exists';
    const { name, queues, limits, express_role = 'member', public_names = false } = command.settings;
    const settings = {
      name,
      queues: merged(defaultQueues, queues),
      limits: merged(noLimits, limits),
      express_role,
      public_names,
    };
    return [{ type: 'TenantCreated', tenant: command.tenant, ...settings }];
  }
  if (!exists(tenant)) return 'missing';
  return command.type === 'delete' ? [{ type: 'TenantDeleted' }] : changes(tenant, command.change);
}

function changes(tenant: Tenant, change: TenantChange): readonly TenantEvent[] {
  const name = change.name ?? tenant.name;
  const queues = merged(tenant.queues, change.queues);
  const limits = merged(tenant.limits, change.limits);
  const express = change.express_role ?? tenant.express_role;
  const shown = change.public_names ?? tenant.public_names;
  return [
    ...(name === tenant.name ? [] : [{ type: 'TenantRenamed', name } as const]),
    ...(same(queues, tenant.queues) ? [] : [{ type: 'TenantRouted', queues } as const]),
    ...(same(limits, tenant.limits) ? [] : [{ type: 'TenantLimited', limits } as const]),
    ...(express === tenant.express_role
      ? []
      : [{ type: 'TenantExpressGranted', express_role: express } as const]),
    ...(shown === tenant.public_names ? [] : [{ type: 'TenantNamesShown', public_names: shown } as const]),
  ];
}

/** The state after an event. */
export function evolveTenant(tenant: TenantState, event: TenantEvent): TenantState {
  if (event.type === 'TenantCreated') {
    const { type, tenant: id, ...settings } = event;
    return { id, public_names: false, ...settings, deleted: false };
  }
  if (tenant === null) return null;
  switch (event.type) {
    case 'TenantRenamed':
      return { ...tenant, name: event.name };
    case 'TenantRouted':
      return { ...tenant, queues: event.queues };
    case 'TenantLimited':
      return { ...tenant, limits: event.limits };
    case 'TenantExpressGranted':
      return { ...tenant, express_role: event.express_role };
    case 'TenantNamesShown':
      return { ...tenant, public_names: event.public_names };
    case 'TenantDeleted':
      return { ...tenant, deleted: true };
  }
}

/** The work queues of a job of that lane; they travel with the job. */
export const queuesOf = (
  { queues }: Pick<Tenant, 'queues'>,
  lane: Lane,
): { readonly cloud: string; readonly config: string } => ({
  cloud: queues[`cloud_${lane}_queue`],
  config: queues[`config_${lane}_queue`],
});

/** Whether a role may use a lane. */
export const mayUse = ({ express_role }: Pick<Tenant, 'express_role'>, lane: Lane, role: Role): boolean =>
  lane === 'bulk' || suffices(role, express_role);

function merged<Settings extends object>(before: Settings, change: Loose<Settings> | undefined): Settings {
  const given = Object.entries(change ?? {}).filter(([, value]) => value !== undefined);
  return { ...before, ...(Object.fromEntries(given) as Partial<Settings>) };
}

const same = <Settings extends object>(left: Settings, right: Settings): boolean =>
  (Object.keys(left) as (keyof Settings)[]).every((key) => left[key] === right[key]);
