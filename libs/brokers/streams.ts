import { createHash } from 'node:crypto';
import type { StreamType } from '#event-log';
import type { BrokerEvent, BrokerState, NameEvent, NameState } from './core/broker.ts';
import { evolveBroker, evolveName, initialBroker, initialName } from './core/broker.ts';

/** How a broker's facts fold. */
export const brokerStream: StreamType<BrokerState, BrokerEvent> = {
  kind: 'broker',
  stateVersion: 1,
  initial: initialBroker,
  evolve: evolveBroker,
};

/** How the facts of a name fold: whoever writes NameTaken first has it. */
export const nameStream: StreamType<NameState, NameEvent> = {
  kind: 'broker-name',
  stateVersion: 1,
  initial: initialName,
  evolve: evolveName,
};

/** The stream of a broker. */
export const brokerStreamId = (broker: string): string => `broker-${broker}`;

/** The stream of a broker's name; hashed, because a name may hold anything. */
export const nameStreamId = (tenant: string, name: string): string =>
  `broker-name-${createHash('sha256').update(`${tenant}\n${name}`).digest('hex').slice(0, 40)}`;
