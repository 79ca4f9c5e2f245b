import type { Step } from '#workflow';
import { byAge, description } from '../marks.ts';
import type { BrokerWorld } from '../world.ts';
import { markOf, outputOf, requestOf } from './launch-input.ts';
import { againstCloud, CLOUD_TIMEOUT_MS, cloudRetry, nothingLeft } from './outcomes.ts';

/** One floating address on the broker's port, where the tenant asked for one. */
export const ensureFloatingIp: Step<BrokerWorld> = {
  name: 'ensure-floating-ip',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const network = requestOf(run).floating_network;
      if (network === null) return { kind: 'done' };
      const { neutron } = world.cloud;
      const mark = description(markOf(world, run));
      if ((await neutron.listFloatingIps({ description: mark }, run.signal)).length === 0) {
        const portId = outputOf(run, 'ensure-port', 'port_id');
        await neutron.createFloatingIp({ networkId: network.id, portId, description: mark }, run.signal);
      }
      const [address, ...younger] = byAge(await neutron.listFloatingIps({ description: mark }, run.signal));
      if (address === undefined)
        return { kind: 'uncertain', reason: 'The floating address that was just made is not listed yet.' };
      for (const { id } of younger) await neutron.deleteFloatingIp(id, run.signal);
      return { kind: 'done', output: { floating_ip_id: address.id, address: address.address } };
    }),
};

/** No floating address of the broker is left. */
export const removeFloatingIp: Step<BrokerWorld> = {
  name: 'remove-floating-ip',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const { neutron } = world.cloud;
      for (const { id } of await neutron.listFloatingIps(
        { description: description(markOf(world, run)) },
        run.signal,
      )) {
        await neutron.deleteFloatingIp(id, run.signal);
      }
      return nothingLeft(run);
    }),
};
