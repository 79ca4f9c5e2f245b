import { engines } from '#brokers';
import type { EngineName } from '#brokers';
import { z } from 'zod';
import { moment, pageOf } from '../open-api.ts';
import { eventShown } from '../jobs/answers.ts';
import { statuses } from './requests.ts';

const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]];

const facts = {
  id: z.uuid(),
  name: z.string(),
  endpoint: z.string().nullable().describe('Where it is reached; null before it has an address'),
  dashboard_url: z.string().nullable(),
  flavor: z.string(),
  key_pair: z.string(),
  engine: z.enum(engineNames),
  status: z.enum(statuses).describe('`ready`: it accepted a login and refused a wrong password'),
  image: z.string(),
  network: z.string(),
  error: z.string().nullable(),
  job_id: z.uuid().describe('The job that is responsible for it now'),
};

const BrokerShown = z.strictObject(facts).meta({ id: 'Broker' });

/** POST /v1/brokers and DELETE /v1/brokers/{broker} */
export const BrokerAccepted = z
  .strictObject({
    broker: BrokerShown,
    job: z.strictObject({ id: z.uuid(), status: z.literal('running'), broker_id: z.uuid() }),
    callback: z
      .strictObject({ webhook_id: z.uuid() })
      .optional()
      .describe('The webhook of the callback_url, where one was given'),
  })
  .meta({ id: 'BrokerAccepted' });

/** GET /v1/brokers */
export const BrokerPage = pageOf('BrokerPage', z.strictObject({ ...facts, created_at: moment }));

/** GET /v1/brokers/{broker} */
export const BrokerDetail = z
  .strictObject({
    ...facts,
    admin_username: z.string(),
    address: z.string().nullable(),
    floating_network: z.string().nullable(),
    created_at: moment.nullable(),
    updated_at: moment.nullable(),
    server: z.record(z.string(), z.unknown()).nullable().describe('What Nova tells of it'),
    server_error: z.string().nullable().describe('Why Nova could not be asked'),
    history: z.array(eventShown),
    timings: z.array(
      z.strictObject({ step: z.string(), duration_ms: z.number().nullable(), attempts: z.int() }),
    ),
  })
  .meta({ id: 'BrokerDetail' });
