import type { PublicData, Told } from './catalogue.ts';
import type { JsonObject, LogEvent, StreamContext } from './stream-context.ts';
import { nameOf, textOf, textOrNull } from './stream-context.ts';

type Tell = (event: LogEvent, before: StreamContext) => Told;
type Status = PublicData<'broker.changed'>['status'];

/** How each fact of a broker is told outside. */
export const brokerFacts = {
  BrokerRequested: (event) => ({
    type: 'broker.requested',
    data: {
      ...ofBroker(event, event.data),
      flavor: nameOf(event.data['flavor']),
      image: nameOf(event.data['image']),
      network: nameOf(event.data['network']),
    },
  }),
  BrokerLaunchStarted: (event, before) => changed(event, before, 'launching'),
  BrokerServerKnown: (event, before) => changed(event, before, 'launching'),
  BrokerAddressed: (event, before) => changed(event, before, 'launching'),
  BrokerReady: (event, before) => ({
    type: 'broker.ready',
    data: {
      ...ofBroker(event, before.first),
      endpoint: textOf(event.data['endpoint']),
      dashboard_url: textOrNull(event.data['dashboard_url']),
    },
  }),
  BrokerFailed: (event, before) => changed(event, before, 'failed'),
  BrokerParked: (event, before) => changed(event, before, 'parked'),
  BrokerResumed: (event, before) => changed(event, before, before.deleting ? 'deleting' : 'launching'),
  BrokerDeletionRequested: (event, before) => changed(event, before, 'deleting'),
  BrokerDeleted: (event, before) => ({ type: 'broker.deleted', data: ofBroker(event, before.first) }),
} as const satisfies Record<string, Tell>;

const ofBroker = (event: LogEvent, requested: JsonObject) => ({
  broker_id: event.stream.replace(/^broker-/, ''),
  job_id: textOf(event.data['job']),
  name: textOrNull(requested['name']),
  engine: textOrNull(requested['engine']),
});

const changed = (event: LogEvent, before: StreamContext, status: Status): Told => ({
  type: 'broker.changed',
  data: {
    ...ofBroker(event, before.first),
    status,
    reason: textOrNull(event.data['reason']),
    server_id: textOrNull(event.data['server_id']),
    address: textOrNull(event.data['address']),
  },
});
