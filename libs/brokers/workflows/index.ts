export { deleteBrokerWorkflow } from './delete-broker.ts';
export { launchBrokerWorkflow } from './launch-broker.ts';
