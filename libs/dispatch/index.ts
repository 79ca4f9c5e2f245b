export { WorkQueueConsumer } from './consumer.ts';
export type { ConsumerOptions, DeliveryInfo, Handler } from './consumer.ts';
export type { WorkMessage } from './message.ts';
export { OwnErrors, STEP_PATTERN, WorkQueueContext, WorkQueueTransport } from './nest-transport.ts';
export { PublishError } from './publish-error.ts';
export type { PublishFailure } from './publish-error.ts';
export { Publisher } from './publisher.ts';
export { Timers } from './timers.ts';
export { declareWorkQueue, PARKED } from './topology.ts';
