import { z } from 'zod';
import { engines } from '#brokers';
import type { EngineName } from '#brokers';
import { pageQuery } from '../paging.ts';

/** A name or an id of something in the cloud. */
const reference = (what: string) =>
  z
    .string()
    .min(1, `expected the name or id of ${what}`)
    .max(255)
    // eslint-disable-next-line no-control-regex -- that is the point: PostgreSQL and HTTP headers take none of these
    .regex(/^[^\x00-\x1f\x7f\ud800-\udfff]*$/, 'expected no control characters')
    .describe(`Name or id of ${what}`);

const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]];

const lane = z
  .enum(['express', 'bulk'], 'expected express or bulk')
  .default('bulk')
  .describe('How urgent it is; the tenant says who may use express');

/** POST /v1/brokers */
export const LaunchBroker = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-zA-Z](?:[a-zA-Z0-9-]{0,38}[a-zA-Z0-9])?$/,
        'expected 1 to 40 letters, digits and "-", a letter first and no "-" last',
      )
      .describe("Unique within the tenant; becomes the first part of the server's name"),
    image: reference('an image: one with the broker in it (RabbitMQ, Mosquitto) or a plain Debian'),
    flavor: reference('a flavor'),
    network: reference('the network the server is put on'),
    key: reference('your key pair, for your own way into the server'),
    admin_username: z.string().min(1).max(64).describe("The broker's administrator"),
    admin_password: z.string().max(256).describe('At least 12 characters'),
    engine: z
      .enum(engineNames, `expected one of: ${engineNames.join(', ')}`)
      .optional()
      .describe("Needed where the image's name does not tell"),
    floating_network: reference('an external network to take a floating address from').optional(),
    callback_url: z
      .string()
      .max(2_000)
      .optional()
      .describe(
        'Where every event of the launch is posted to, signed; the answer names the webhook that does it',
      ),
    lane,
  })
  .meta({ id: 'LaunchBroker' });
export type LaunchBroker = z.infer<typeof LaunchBroker>;

/** DELETE /v1/brokers/{broker} */
export const DeleteBroker = z.strictObject({ lane }).meta({ id: 'DeleteBroker' });
export type DeleteBroker = z.infer<typeof DeleteBroker>;

/** How one can be. */
export const statuses = [
  'requested',
  'launching',
  'ready',
  'failed',
  'parked',
  'deleting',
  'deleted',
] as const;

/** GET /v1/brokers; deleted ones are shown only when asked for */
export const ListBrokers = z
  .strictObject({
    ...pageQuery,
    name: z
      .string()
      .regex(/^[\x20-\x7e]{1,64}$/, 'expected the name of a broker')
      .optional(),
    status: z.enum(statuses).optional(),
  })
  .meta({ id: 'ListBrokers' });
export type ListBrokers = z.infer<typeof ListBrokers>;
