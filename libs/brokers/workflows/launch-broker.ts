import type { Workflow } from '#workflow';

/** From nothing to a broker that accepted a login. */
export const launchBrokerWorkflow: Workflow = {
  name: 'launch-broker',
  version: 1,
  steps: [
    { step: 'ensure-security-group', undo: 'remove-security-group' },
    { step: 'ensure-port', undo: 'remove-port' },
    { step: 'ensure-server', undo: 'remove-server' },
    { step: 'await-server', undo: null },
    { step: 'ensure-floating-ip', undo: 'remove-floating-ip' },
    { step: 'await-login', undo: null },
    { step: 'ensure-packages', undo: null },
    { step: 'ensure-configured', undo: null },
    { step: 'verify-broker', undo: null },
  ],
};
