import type { Role } from '#tenants';
import { roles } from '#tenants';
import { z } from 'zod';
import { pageQuery } from '../paging.ts';

/** What a tenant's id looks like; a Keystone project's fits. */
export const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const name = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,100}$/u, 'expected 1 to 100 characters')
  .describe('For people');

/** A queue's name, and none of RabbitMQ's or Warrener's own. */
const queueName = z
  .string()
  .regex(/^[\w.-]{1,200}$/, 'expected 1 to 200 letters, digits, ".", "_" and "-"')
  .refine(
    (queue) => !/^amq\.|^warrener\.(parked|dead-letters|broadcast)/.test(queue),
    'is kept for other things',
  );

const queues = z
  .strictObject({
    cloud_express_queue: queueName.optional(),
    cloud_bulk_queue: queueName.optional(),
    config_express_queue: queueName.optional(),
    config_bulk_queue: queueName.optional(),
  })
  .describe('Applies to new jobs; those under way keep theirs');

const limit = (most: number, what: string) =>
  z
    .number('expected a whole number, or null for no limit')
    .int('expected a whole number, or null for no limit')
    .min(0, 'expected 0 or more, or null for no limit')
    .max(most, `expected ${most} at most, or null for no limit`)
    .nullable()
    .optional()
    .describe(what);

const limits = z.strictObject({
  running_steps: limit(10_000, 'Steps running at once, over all workers').refine(
    (steps) => steps !== 0,
    'expected at least 1: with 0 nothing could ever be undone',
  ),
  brokers: limit(10_000, 'Brokers that are not deleted, failed ones included'),
  submissions_per_minute: limit(1_000, 'Launches accepted within any 60 seconds'),
});

const changeable = {
  queues: queues.optional(),
  limits: limits.optional(),
  express_role: z
    .enum(['member', 'admin'])
    .optional()
    .describe('The least role that may use the express lane'),
  public_names: z
    .boolean()
    .optional()
    .describe('Whether everybody may read its name and its brokers’ on the firehose'),
  force: z.boolean().default(false).describe('Take queues that no worker consumes'),
};

/** POST /v1/tenants */
export const CreateTenant = z
  .strictObject({
    id: z.string().regex(TENANT_ID, 'expected 1 to 63 of a-z, 0-9 and "-", none of the latter first or last'),
    name,
    ...changeable,
  })
  .meta({ id: 'CreateTenant' });
export type CreateTenant = z.infer<typeof CreateTenant>;

/** PATCH /v1/tenants/{tenant} */
export const ChangeTenant = z
  .strictObject({ name: name.optional(), ...changeable })
  .meta({ id: 'ChangeTenant' });
export type ChangeTenant = z.infer<typeof ChangeTenant>;

/** GET /v1/tenants and what is listed below one */
export const ListPage = z.strictObject(pageQuery).meta({ id: 'ListPage' });
export type ListPage = z.infer<typeof ListPage>;

/** Longest life of a token, milliseconds. */
const LONGEST_MS = 366 * 24 * 3_600_000;

/** POST /v1/tenants/{tenant}/tokens */
export const IssueToken = z
  .strictObject({
    name: name.describe('Says what it is for; shown as the author of what is done with it'),
    role: z.enum(roles as readonly [Role, ...Role[]], `expected one of: ${roles.join(', ')}`),
    expires_at: z.iso
      .datetime({ offset: true, error: 'expected a moment like 2030-01-31T12:00:00Z' })
      .refine((at) => Date.parse(at) > Date.now(), 'is over already')
      .refine((at) => Date.parse(at) <= Date.now() + LONGEST_MS, 'expected a year from now at most')
      .optional()
      .describe('90 days from now where it is left out'),
  })
  .meta({ id: 'IssueToken' });
export type IssueToken = z.infer<typeof IssueToken>;
