import type { EventLog, StreamWrite } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import type { Tenant, TenantChange, TenantCommand } from './core/tenant.ts';
import { decideTenant, evolveTenant, exists } from './core/tenant.ts';
import { slotsLimited } from './step-slots.ts';
import { tenantStream, tenantStreamId } from './streams.ts';

/** The tenant of the installation's own token. */
export const DEFAULT_TENANT = 'default';

const MAX_CONFLICTS = 10;

/** A tenant as it stands; undefined where there is none, or none any more. */
export async function loadTenant(log: EventLog, id: string): Promise<Tenant | undefined> {
  const loaded = await log.load(tenantStream, tenantStreamId(id));
  return loaded !== undefined && exists(loaded.state) ? loaded.state : undefined;
}

/** Further writes for the same append, e.g. the remembered answer for an idempotency key. */
export type AlsoWrite<Made> = (made: Made) => readonly StreamWrite[];

/**
 * Creates a tenant, or says that the append met a conflict: then look again.
 *
 * @throws Problem `name-in-use` where there is one of that id
 */
export async function createTenant(
  log: EventLog,
  tenant: string,
  settings: TenantChange & { readonly name: string },
  by: string,
  alsoWrite: AlsoWrite<Tenant> = () => [],
): Promise<Tenant | 'conflict'> {
  return attempt(log, tenant, { type: 'create', tenant, settings }, by, alsoWrite);
}

/**
 * Changes a tenant; jobs under way keep the queues they were submitted with.
 *
 * @throws Problem `not-found`
 */
export async function changeTenant(
  log: EventLog,
  tenant: string,
  change: TenantChange,
  by: string,
): Promise<Tenant> {
  return command(log, tenant, { type: 'change', change }, by);
}

/**
 * Deletes a tenant: its tokens open nothing any more. Whether it still has brokers is the caller's to look at.
 *
 * @throws Problem `not-found`
 */
export async function deleteTenant(log: EventLog, tenant: string, by: string): Promise<void> {
  await command(log, tenant, { type: 'delete' }, by);
}

/**
 * The tenant, created where it was never heard of.
 *
 * @returns undefined where it was deleted: that is for an administrator to take back
 */
export async function ensureTenant(
  log: EventLog,
  tenant: string,
  name: string,
  by: string,
): Promise<Tenant | undefined> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const state = (await log.load(tenantStream, tenantStreamId(tenant)))?.state ?? null;
    if (state !== null) return exists(state) ? state : undefined;
    const created = await attempt(log, tenant, { type: 'create', tenant, settings: { name } }, by, () => []);
    if (created !== 'conflict') return created;
  }
  throw tooMany();
}

async function command(log: EventLog, id: string, wanted: TenantCommand, by: string): Promise<Tenant> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const after = await attempt(log, id, wanted, by, () => []);
    if (after !== 'conflict') return after;
  }
  throw tooMany();
}

async function attempt(
  log: EventLog,
  id: string,
  wanted: TenantCommand,
  by: string,
  alsoWrite: AlsoWrite<Tenant>,
): Promise<Tenant | 'conflict'> {
  const stream = tenantStreamId(id);
  const loaded = await log.load(tenantStream, stream);
  const before = loaded?.state ?? null;
  const events = decideTenant(before, wanted);
  if (events === 'missing') throw new Problem('not-found', `There is no tenant "${id}".`);
  if (events === 'exists')
    throw new Problem('name-in-use', `There is a tenant "${id}" already.`, {
      errors: [{ field: 'id', message: 'taken; choose another' }],
    });
  const after = events.reduce(evolveTenant, before);
  if (after === null) throw new Error(`a command left no tenant "${id}"`);
  if (events.length === 0) return after;
  const slots = await slotsOf(log, before, after);
  const writes = [
    write(tenantStream, loaded ?? { stream, tenant: id }, events),
    ...slots.writes,
    ...alsoWrite(after),
  ];
  const { messages } = slots; // few and seldom: the workers' sweep sends them
  return (await log.append({ writes, messages, meta: { by } })).ok ? after : 'conflict';
}

/** A limit of running steps is told to the stream that holds it, in the same append. */
async function slotsOf(log: EventLog, before: Tenant | null, after: Tenant) {
  const limit = after.limits.running_steps;
  return limit === (before?.limits.running_steps ?? null)
    ? { writes: [], messages: [] }
    : slotsLimited(log, after.id, limit);
}

const tooMany = (): Problem =>
  new Problem('unavailable', 'Too many changes to this tenant at once; try again.');
