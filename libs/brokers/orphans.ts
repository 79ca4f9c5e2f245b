import { CloudError } from '#openstack';
import { markOfDescription, markOfServer } from './marks.ts';
import type { Mark } from './marks.ts';
import { brokerStream, brokerStreamId } from './streams.ts';
import type { BrokerWorld } from './world.ts';

/** Something in the cloud that carries our mark and has no owner. */
export type Orphan = {
  readonly type: 'server' | 'port' | 'security-group' | 'floating-ip';
  readonly id: string;
  readonly name: string;
  readonly broker_id: string;
  readonly reason: string;
};

type Sighting = Omit<Orphan, 'reason' | 'broker_id'> & { readonly mark: Mark | undefined };

/** In the order in which they can be removed. */
const order = ['floating-ip', 'server', 'port', 'security-group'] as const;

/** Everything of this installation in the cloud whose broker is unknown, deleted, or failed and undone. */
export async function findOrphans(
  world: Pick<BrokerWorld, 'cloud' | 'log' | 'installation'>,
): Promise<readonly Orphan[]> {
  const ours = (await sightings(world)).filter(({ mark }) => mark?.installation === world.installation);
  const reasons = new Map<string, string | null>();
  for (const { mark } of ours) {
    if (mark !== undefined && !reasons.has(mark.broker))
      reasons.set(mark.broker, await whyOwnerless(world, mark.broker));
  }
  return ours.flatMap(({ mark, ...thing }): Orphan[] => {
    const reason = mark === undefined ? null : (reasons.get(mark.broker) ?? null);
    return mark === undefined || reason === null ? [] : [{ ...thing, broker_id: mark.broker, reason }];
  });
}

/** Removes an orphan; null where it is gone, else a sentence. */
export async function removeOrphan(
  world: Pick<BrokerWorld, 'cloud'>,
  orphan: Orphan,
): Promise<string | null> {
  const { nova, neutron } = world.cloud;
  const remove = {
    server: () => nova.deleteServer(orphan.id),
    port: () => neutron.deletePort(orphan.id),
    'security-group': () => neutron.deleteSecurityGroup(orphan.id),
    'floating-ip': () => neutron.deleteFloatingIp(orphan.id),
  } satisfies Record<Orphan['type'], () => Promise<void>>;
  try {
    await remove[orphan.type]();
    return null;
  } catch (error) {
    if (error instanceof CloudError) return error.message;
    throw error;
  }
}

async function sightings({ cloud }: Pick<BrokerWorld, 'cloud'>): Promise<readonly Sighting[]> {
  const [servers, ports, groups, addresses] = await Promise.all([
    cloud.nova.listServers(),
    cloud.neutron.listPorts(),
    cloud.neutron.listSecurityGroups(),
    cloud.neutron.listFloatingIps(),
  ]);
  const all: Sighting[] = [
    ...servers.map((server) => ({
      type: 'server' as const,
      id: server.id,
      name: server.name,
      mark: markOfServer(server),
    })),
    ...ports.map(({ id, name, description }) => ({
      type: 'port' as const,
      id,
      name,
      mark: markOfDescription(description),
    })),
    ...groups.map(({ id, name, description }) => ({
      type: 'security-group' as const,
      id,
      name,
      mark: markOfDescription(description),
    })),
    ...addresses.map(({ id, address, description }) => ({
      type: 'floating-ip' as const,
      id,
      name: address,
      mark: markOfDescription(description),
    })),
  ];
  return all.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}

async function whyOwnerless({ log }: Pick<BrokerWorld, 'log'>, broker: string): Promise<string | null> {
  const loaded = await log.load(brokerStream, brokerStreamId(broker));
  if (loaded === undefined || loaded.state === null) return 'its broker is not known here';
  if (loaded.state.status === 'deleted') return 'its broker was deleted';
  if (loaded.state.status === 'failed') return 'its broker failed and was undone';
  return null;
}
