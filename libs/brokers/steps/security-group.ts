import type { SecurityGroup } from '#openstack';
import type { Step } from '#workflow';
import { CloudError } from '#openstack';
import { engines } from '../engines/index.ts';
import type { EngineName } from '../engines/index.ts';
import { byAge, description } from '../marks.ts';
import type { BrokerWorld } from '../world.ts';
import { markOf, nameOf, requestOf } from './launch-input.ts';
import { againstCloud, CLOUD_TIMEOUT_MS, cloudRetry, nothingLeft } from './outcomes.ts';

const SSH_PORT = 22;

/** One security group for the broker, open for SSH and the engine's ports and for nothing else. */
export const ensureSecurityGroup: Step<BrokerWorld> = {
  name: 'ensure-security-group',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const { neutron } = world.cloud;
      const mark = description(markOf(world, run));
      if ((await neutron.listSecurityGroups({ description: mark }, run.signal)).length === 0) {
        await neutron.createSecurityGroup({ name: nameOf(run), description: mark }, run.signal);
      }
      // Two workers may have made one each: all keep the oldest.
      const [group, ...younger] = byAge(await neutron.listSecurityGroups({ description: mark }, run.signal));
      if (group === undefined)
        return { kind: 'uncertain', reason: 'The security group that was just made is not listed yet.' };
      for (const { id } of younger) await neutron.deleteSecurityGroup(id, run.signal);
      const engine = engines[requestOf(run).engine as EngineName];
      for (const port of [world.sshPort, ...engine.ports.map((listener) => listener.port)])
        await allow(world, run.signal, group, port);
      return { kind: 'done', output: { security_group_id: group.id } };
    }),
};

async function allow(
  world: BrokerWorld,
  signal: AbortSignal,
  group: SecurityGroup,
  port: number,
): Promise<void> {
  const there = group.rules.some(
    (rule) =>
      rule.direction === 'ingress' &&
      rule.protocol === 'tcp' &&
      rule.portMin === port &&
      rule.portMax === port,
  );
  if (there) return;
  const purpose = port === SSH_PORT ? 'SSH' : `port ${port}`;
  try {
    await world.cloud.neutron.allowTcp(
      group.id,
      { ethertype: 'IPv4', port, description: `Warrener: ${purpose}` },
      signal,
    );
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== 'conflict') throw error; // it exists: another worker was first
  }
}

/** No security group of the broker is left. */
export const removeSecurityGroup: Step<BrokerWorld> = {
  name: 'remove-security-group',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const { neutron } = world.cloud;
      for (const { id } of await neutron.listSecurityGroups(
        { description: description(markOf(world, run)) },
        run.signal,
      )) {
        await neutron.deleteSecurityGroup(id, run.signal);
      }
      return nothingLeft(run);
    }),
};
