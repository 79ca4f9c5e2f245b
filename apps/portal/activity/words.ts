const workflows: Readonly<Record<string, string>> = {
  'launch-broker': 'Launch',
  'delete-broker': 'Delete',
};

/** launch-broker → Launch. */
export const workflowName = (workflow: string): string => workflows[workflow] ?? inWords(workflow);

/** await-floating-ip → Await floating ip. */
export const inWords = (name: string): string => {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const steps: Readonly<Record<string, string>> = {
  'ensure-security-group': 'Open the ports it needs',
  'ensure-port': 'Take an address',
  'ensure-server': 'Create the server',
  'await-server': 'Wait for the build',
  'ensure-floating-ip': 'Attach a floating address',
  'await-login': 'Wait for the login',
  'ensure-packages': 'Install the broker',
  'ensure-configured': 'Configure the broker',
  'verify-broker': 'Prove that it works',
};

/** What a step does, for people; its own name where nobody wrote that down. */
export const stepName = (step: string): string => steps[step] ?? inWords(step);
