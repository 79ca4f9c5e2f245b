export { brokerAlongside } from './alongside.ts';
export type { Broker, BrokerEvent } from './core/broker.ts';
export { engines } from './engines/index.ts';
export type { EngineName } from './engines/index.ts';
export { brokerHistory, brokerName } from './history.ts';
export { findOrphans, removeOrphan } from './orphans.ts';
export { planLaunch } from './plan-launch.ts';
export { brokersProjection, BrokerView } from './projections/brokers.ts';
export { deleteBroker, findBroker, launchBroker } from './request.ts';
export { SecretStore } from './secret-store.ts';
export { steps } from './steps/index.ts';
export type { BrokerWorld } from './world.ts';

/** The library's numbered schema files. */
export const schemaDirectory = new URL('./schema/', import.meta.url);
