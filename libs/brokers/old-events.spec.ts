import { oldEventsAreRead } from '../../test/support/old-events.ts';
import type { BrokerEvent, NameEvent } from './core/broker.ts';
import { brokerStream, nameStream } from './streams.ts';

oldEventsAreRead(new URL('./fixtures/', import.meta.url), [
  {
    stream: brokerStream,
    types: {
      BrokerRequested: true,
      BrokerLaunchStarted: true,
      BrokerServerKnown: true,
      BrokerAddressed: true,
      BrokerReady: true,
      BrokerFailed: true,
      BrokerParked: true,
      BrokerResumed: true,
      BrokerDeletionRequested: true,
      BrokerDeleted: true,
    } satisfies Record<BrokerEvent['type'], true>,
  },
  {
    stream: nameStream,
    types: { NameTaken: true, NameReleased: true } satisfies Record<NameEvent['type'], true>,
  },
]);
