import { EVENTS_EXCHANGE } from '../channels/amqp.ts';
import type { PublicType } from '../core/catalogue.ts';
import { catalogue, publicTypes } from '../core/catalogue.ts';
import type { Fields } from '../core/field.ts';
import { cloudEventType, dataSchema, publicForm } from '../core/public-event.ts';
import { exampleEvent, exampleForm, exampleHiding, exampleSource } from './examples.ts';

type Reference = { readonly $ref: string };

const reference = (path: string): Reference => ({ $ref: `#/${path}` });

/** The types that everybody may know of. */
const everybodys = publicTypes.filter((type) => catalogue[type].firehose);

/**
 * The AsyncAPI document of all events, in all of their forms.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export const asyncApi = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Warrener events',
    version: '1',
    description:
      'What happens to brokers and jobs, as CloudEvents 1.0. Made from the catalogue of events by `npm run docs:events`.',
  },
  defaultContentType: 'application/cloudevents+json',
  channels: {
    webhooks: {
      description: "Posted to a tenant's webhooks, signed as Standard Webhooks.",
      address: null,
      messages: messageReferences(publicTypes),
      bindings: { http: {} },
    },
    amqp: {
      description: 'A topic exchange; bind a durable queue of your own.',
      address: '{tenant}.{kind}.{event}',
      parameters: parameters(['tenant', 'kind', 'event']),
      messages: messageReferences(publicTypes),
      bindings: {
        amqp: {
          is: 'routingKey',
          exchange: { name: EVENTS_EXCHANGE, type: 'topic', durable: true, autoDelete: false },
          bindingVersion: '0.3.0',
        },
      },
    },
    stream: {
      description: 'Server-sent events of the API.',
      address: '/v1/events/stream',
      messages: messageReferences(publicTypes),
      bindings: { http: {} },
    },
    firehose: {
      description: 'MQTT, for everybody: only what is nobody’s secret.',
      address: 'warrener/{kind}/{event}/{id}',
      parameters: parameters(['kind', 'event', 'id']),
      messages: messageReferences(everybodys, 'firehose.'),
      bindings: { mqtt: { bindingVersion: '0.2.0' } },
    },
  },
  operations: Object.fromEntries(
    ['webhooks', 'amqp', 'stream', 'firehose'].map((channel) => [
      `tell-${channel}`,
      { action: 'send', channel: reference(`channels/${channel}`) },
    ]),
  ),
  components: {
    messages: Object.fromEntries([
      ...publicTypes.map((type) => [type, message(type, '')]),
      ...everybodys.map((type) => [`firehose.${type}`, message(type, 'firehose.')]),
    ]) as Readonly<Record<string, object>>,
    schemas: Object.fromEntries([
      ['event', envelope],
      ...publicTypes.map((type) => [type, eventSchema(type, catalogue[type].fields)]),
      ...everybodys.map((type) => [`firehose.${type}`, eventSchema(type, shownOf(catalogue[type].fields))]),
    ]) as Readonly<Record<string, object>>,
  },
});

const parameters = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));

const messageReferences = (types: readonly PublicType[], prefix = '') =>
  Object.fromEntries(types.map((type) => [type, reference(`components/messages/${prefix}${type}`)]));

const message = (type: PublicType, prefix: '' | 'firehose.') => ({
  name: cloudEventType(type),
  title: type,
  summary: catalogue[type].doc,
  contentType: 'application/cloudevents+json',
  payload: reference(`components/schemas/${prefix}${type}`),
  examples: [
    {
      payload:
        prefix === '' ? exampleForm(type) : publicForm(exampleEvent(type), exampleSource, exampleHiding),
    },
  ],
});

const shownOf = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, { shown }]) => shown !== 'never'));

/** What events of all types have in common. */
const envelope = {
  type: 'object',
  required: [
    'specversion',
    'id',
    'source',
    'type',
    'subject',
    'time',
    'dataschema',
    'sequencetype',
    'sequence',
    'tenant',
    'data',
  ],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', description: 'The same at every telling and in every form' },
    source: { type: 'string', format: 'uri-reference' },
    type: { type: 'string' },
    subject: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    datacontenttype: { const: 'application/json' },
    dataschema: { type: 'string', format: 'uri' },
    sequencetype: { const: 'Integer' },
    sequence: { type: 'string', pattern: '^[1-9][0-9]*$', description: 'Counts the events of the subject' },
    tenant: { type: 'string' },
    data: { type: 'object' },
  },
};

const eventSchema = (type: PublicType, fields: Fields) => ({
  allOf: [reference('components/schemas/event')],
  properties: {
    type: { const: cloudEventType(type) },
    dataschema: { const: dataSchema(type) },
    data: {
      required: Object.keys(fields),
      properties: Object.fromEntries(
        Object.entries(fields).map(([name, { schema, doc }]) => [name, { ...schema, description: doc }]),
      ),
    },
  },
});
