export { WorkQueueConsumer } from './consumer.ts';
export type { Handler } from './consumer.ts';
export type { WorkMessage } from './message.ts';
export { STEP_PATTERN, WorkQueueTransport } from './nest-transport.ts';
export { PublishError, Publisher } from './publisher.ts';
export { Timers } from './timers.ts';
export { declareWorkQueue, PARKED } from './topology.ts';
