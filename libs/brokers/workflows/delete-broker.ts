import type { Workflow } from '#workflow';

/** From whatever there is to nothing. Every step finds what it removes by its mark, so it works from any state. */
export const deleteBrokerWorkflow: Workflow = {
  name: 'delete-broker',
  version: 1,
  steps: [
    { step: 'settle-other-job', undo: null },
    { step: 'remove-floating-ip', undo: null },
    { step: 'remove-server', undo: null },
    { step: 'remove-port', undo: null },
    { step: 'remove-security-group', undo: null },
    { step: 'remove-secrets', undo: null },
  ],
};
