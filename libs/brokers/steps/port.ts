import type { Step } from '#workflow';
import { byAge, description } from '../marks.ts';
import type { BrokerWorld } from '../world.ts';
import { markOf, nameOf, outputOf, requestOf } from './launch-input.ts';
import { againstCloud, CLOUD_TIMEOUT_MS, cloudRetry, nothingLeft } from './outcomes.ts';

/** One port for the broker on its network, in its security group. */
export const ensurePort: Step<BrokerWorld> = {
  name: 'ensure-port',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const { neutron } = world.cloud;
      const mark = description(markOf(world, run));
      if ((await neutron.listPorts({ description: mark }, run.signal)).length === 0) {
        const securityGroupId = outputOf(run, 'ensure-security-group', 'security_group_id');
        const networkId = requestOf(run).network.id;
        await neutron.createPort(
          { name: nameOf(run), description: mark, networkId, securityGroupId },
          run.signal,
        );
      }
      const [port, ...younger] = byAge(await neutron.listPorts({ description: mark }, run.signal));
      if (port === undefined)
        return { kind: 'uncertain', reason: 'The port that was just made is not listed yet.' };
      for (const { id } of younger) await neutron.deletePort(id, run.signal);
      const address = port.addresses.find((candidate) => candidate.includes('.')) ?? port.addresses[0];
      if (address === undefined)
        return { kind: 'reject', reason: 'The network gave the port no address: it has no subnet.' };
      return { kind: 'done', output: { port_id: port.id, address } };
    }),
};

/** No port of the broker is left. */
export const removePort: Step<BrokerWorld> = {
  name: 'remove-port',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const { neutron } = world.cloud;
      for (const { id } of await neutron.listPorts(
        { description: description(markOf(world, run)) },
        run.signal,
      )) {
        await neutron.deletePort(id, run.signal);
      }
      return nothingLeft(run);
    }),
};
