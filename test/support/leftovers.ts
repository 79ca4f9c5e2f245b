import type { TestCloud } from './installation.ts';

/** What an installation's mark is on in the cloud: nothing, after everything was deleted. */
export async function leftovers({ cloud }: TestCloud, installation: string): Promise<readonly string[]> {
  const ours = (description: string): boolean => description.startsWith(`warrener:${installation}:`);
  const [servers, ports, groups, addresses] = await Promise.all([
    cloud.nova.listServers(),
    cloud.neutron.listPorts(),
    cloud.neutron.listSecurityGroups(),
    cloud.neutron.listFloatingIps(),
  ]);
  return [
    ...servers
      .filter(({ metadata }) => metadata['warrener_installation'] === installation)
      .map(({ name }) => `server ${name}`),
    ...ports.filter(({ description }) => ours(description)).map(({ name }) => `port ${name}`),
    ...groups.filter(({ description }) => ours(description)).map(({ name }) => `security group ${name}`),
    ...addresses
      .filter(({ description }) => ours(description))
      .map(({ address }) => `floating address ${address}`),
  ];
}
