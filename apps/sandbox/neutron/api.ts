import { randomBytes, randomUUID } from 'node:crypto';
import type { Asked, Reply, Route, ServiceApi } from '../http.ts';
import { Fault, objectAt, paged } from '../http.ts';
import type {
  CloudState,
  FloatingIpRecord,
  PortRecord,
  SecurityGroupRecord,
  SecurityGroupRuleRecord,
  Store,
} from '../state.ts';
import { freeAddress, now } from '../state.ts';

/** Where servers get their addresses, and where floating ones come from. */
const POOL = '127.61';
const FLOATING_POOL = '127.62';

type Raw = Readonly<Record<string, unknown>>;

/**
 * Neutron v2.0, as far as servers need it. Security groups are enforced: `changed` is told whenever who may reach what
 * has changed.
 *
 * @see https://docs.openstack.org/api-ref/network/v2/
 */
export function neutron(store: Store, changed: () => void): ServiceApi {
  const { state } = store;
  const save = (): void => {
    store.save();
    changed();
  };
  const list = (
    collection: string,
    items: () => readonly Raw[],
    key = collection.replaceAll('-', '_'),
  ): Route => [
    'GET',
    new RegExp(`^/v2\\.0/${collection}(?:\\.json)?$`),
    ({ query }) => {
      const { page, next } = paged(
        items().filter((item) => matches(item, query)) as (Raw & { id: string })[],
        query,
      );
      const links =
        next === null
          ? {}
          : {
              [`${key}_links`]: [
                { rel: 'next', href: `http://sandbox/v2.0/${collection}?${next.toString()}` },
              ],
            };
      return { status: 200, body: { [key]: page, ...links } };
    },
  ];
  const show = (collection: string, key: string, items: () => readonly Raw[]): Route => [
    'GET',
    new RegExp(`^/v2\\.0/${collection}/([^/]+?)(?:\\.json)?$`),
    ({ params: [id = ''] }) => {
      const item = items().find((candidate) => candidate['id'] === id);
      if (item === undefined) throw missing(key, id);
      return { status: 200, body: { [key]: item } };
    },
  ];
  const views = {
    networks: () => [
      networkView(state, state.network, false),
      networkView(state, state.externalNetwork, true),
    ],
    subnets: () => [
      {
        id: state.network.subnetId,
        name: 'sandbox-subnet',
        network_id: state.network.id,
        ip_version: 4,
        cidr: '127.61.0.0/16',
        enable_dhcp: false,
      },
      {
        id: state.externalNetwork.subnetId,
        name: 'public-subnet',
        network_id: state.externalNetwork.id,
        ip_version: 4,
        cidr: '127.62.0.0/16',
        enable_dhcp: false,
      },
    ],
    ports: () => state.ports.map((port) => portView(state, port)),
    groups: () => state.securityGroups.map((group) => groupView(state, group)),
    addresses: () => state.floatingIps.map((address) => floatingView(state, address)),
  };
  const remove = (pattern: RegExp, action: (id: string) => void): Route => [
    'DELETE',
    pattern,
    ({ params: [id = ''] }) => {
      action(id);
      save();
      return { status: 204 };
    },
  ];
  const create = (collection: string, action: (asked: Asked) => Reply): Route => [
    'POST',
    new RegExp(`^/v2\\.0/${collection}(?:\\.json)?$`),
    (asked) => {
      const reply = action(asked);
      save();
      return reply;
    },
  ];
  return {
    name: 'neutron',
    prefix: '/network',
    open: /^\/(v2\.0\/?)?$/,
    error: (_status, message) => ({ NeutronError: { type: 'SandboxError', message, detail: '' } }),
    routes: [
      [
        'GET',
        /^\/$/,
        () => ({ status: 200, body: { versions: [{ id: 'v2.0', status: 'CURRENT', links: [] }] } }),
      ],
      list('networks', views.networks),
      show('networks', 'network', views.networks),
      list('subnets', views.subnets),
      show('subnets', 'subnet', views.subnets),
      list('ports', views.ports),
      show('ports', 'port', views.ports),
      create('ports', ({ body }) => ({
        status: 201,
        body: { port: portView(state, createPort(state, objectAt(body, 'port'))) },
      })),
      remove(/^\/v2\.0\/ports\/([^/]+)$/, (id) => removePort(state, id)),
      list('security-groups', views.groups),
      show('security-groups', 'security_group', views.groups),
      create('security-groups', ({ body }) => createGroup(state, objectAt(body, 'security_group'))),
      remove(/^\/v2\.0\/security-groups\/([^/]+)$/, (id) => removeGroup(state, id)),
      create('security-group-rules', ({ body }) => createRule(state, objectAt(body, 'security_group_rule'))),
      list('floatingips', views.addresses),
      show('floatingips', 'floatingip', views.addresses),
      create('floatingips', ({ body }) => createFloatingIp(state, objectAt(body, 'floatingip'))),
      remove(/^\/v2\.0\/floatingips\/([^/]+)$/, (id) => {
        const before = state.floatingIps.length;
        state.floatingIps = state.floatingIps.filter((address) => address.id !== id);
        if (state.floatingIps.length === before) throw missing('floatingip', id);
      }),
    ],
  };
}

const missing = (what: string, id: string): Fault =>
  new Fault(404, `${what.replace('_', ' ')} ${id} could not be found.`);

const text = (raw: Raw, key: string): string => (typeof raw[key] === 'string' ? raw[key] : '');

/** Filters as Neutron has them: every known attribute, equal. */
function matches(item: Raw, query: URLSearchParams): boolean {
  return [...query].every(
    ([key, value]) =>
      ['limit', 'marker', 'fields', 'sort_key', 'sort_dir'].includes(key) || String(item[key]) === value,
  );
}

/** A port with an address of its own; also made by Nova for a server that names a network only. */
export function createPort(state: CloudState, raw: Raw, byNova = false): PortRecord {
  if (raw['network_id'] !== state.network.id)
    throw new Fault(404, `Network ${String(raw['network_id'])} could not be found.`);
  const groups = (raw['security_groups'] as string[] | undefined) ?? [];
  const unknown = groups.find((id) => !state.securityGroups.some((group) => group.id === id));
  if (unknown !== undefined) throw new Fault(404, `Security group ${unknown} does not exist`);
  const port: PortRecord = {
    id: randomUUID(),
    name: text(raw, 'name'),
    description: text(raw, 'description'),
    networkId: state.network.id,
    address: freeAddress(
      POOL,
      state.firstSubnet,
      state.ports.map(({ address }) => address),
    ),
    mac: `fa:16:3e:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
    securityGroups: groups,
    deviceId: text(raw, 'device_id'),
    status: 'DOWN',
    byNova,
    created: now(),
  };
  state.ports.push(port);
  return port;
}

function removePort(state: CloudState, id: string): void {
  const port = state.ports.find((candidate) => candidate.id === id);
  if (port === undefined) throw missing('port', id);
  state.ports = state.ports.filter((candidate) => candidate !== port);
  for (const address of state.floatingIps) if (address.portId === id) address.portId = null;
}

const rule = (given: Omit<SecurityGroupRuleRecord, 'id'>): SecurityGroupRuleRecord => ({
  id: randomUUID(),
  ...given,
});

function createGroup(state: CloudState, raw: Raw): Reply {
  const everything = {
    direction: 'egress',
    protocol: null,
    portMin: null,
    portMax: null,
    description: '',
  } as const;
  const group: SecurityGroupRecord = {
    id: randomUUID(),
    name: text(raw, 'name'),
    description: text(raw, 'description'),
    created: now(),
    rules: [rule({ ...everything, ethertype: 'IPv4' }), rule({ ...everything, ethertype: 'IPv6' })],
  };
  state.securityGroups.push(group);
  return { status: 201, body: { security_group: groupView(state, group) } };
}

function removeGroup(state: CloudState, id: string): void {
  if (!state.securityGroups.some((group) => group.id === id)) throw missing('security_group', id);
  if (state.ports.some((port) => port.securityGroups.includes(id)))
    throw new Fault(409, `Security Group ${id} in use.`);
  state.securityGroups = state.securityGroups.filter((group) => group.id !== id);
}

function createRule(state: CloudState, raw: Raw): Reply {
  const group = state.securityGroups.find(({ id }) => id === raw['security_group_id']);
  if (group === undefined)
    throw new Fault(404, `Security group ${String(raw['security_group_id'])} does not exist`);
  const made = rule({
    direction: raw['direction'] === 'egress' ? 'egress' : 'ingress',
    ethertype: raw['ethertype'] === 'IPv6' ? 'IPv6' : 'IPv4',
    protocol: text(raw, 'protocol') || null,
    portMin: typeof raw['port_range_min'] === 'number' ? raw['port_range_min'] : null,
    portMax: typeof raw['port_range_max'] === 'number' ? raw['port_range_max'] : null,
    description: text(raw, 'description'),
  });
  const same = group.rules.find(
    (other) =>
      other.direction === made.direction &&
      other.ethertype === made.ethertype &&
      other.protocol === made.protocol &&
      other.portMin === made.portMin &&
      other.portMax === made.portMax,
  );
  if (same !== undefined) throw new Fault(409, `Security group rule already exists. Rule id is ${same.id}.`);
  group.rules.push(made);
  return { status: 201, body: { security_group_rule: ruleView(state, group, made) } };
}

function createFloatingIp(state: CloudState, raw: Raw): Reply {
  if (raw['floating_network_id'] !== state.externalNetwork.id) {
    throw new Fault(
      400,
      `Bad floatingip request: Network ${String(raw['floating_network_id'])} is not a valid external network.`,
    );
  }
  const portId = text(raw, 'port_id') || null;
  if (portId !== null && !state.ports.some(({ id }) => id === portId)) throw missing('port', portId);
  const address: FloatingIpRecord = {
    id: randomUUID(),
    networkId: state.externalNetwork.id,
    address: freeAddress(
      FLOATING_POOL,
      state.firstSubnet,
      state.floatingIps.map((other) => other.address),
    ),
    portId,
    description: text(raw, 'description'),
    created: now(),
  };
  state.floatingIps.push(address);
  return { status: 201, body: { floatingip: floatingView(state, address) } };
}

const networkView = (state: CloudState, network: CloudState['network'], external: boolean) => ({
  id: network.id,
  name: network.name,
  status: 'ACTIVE',
  admin_state_up: true,
  shared: true,
  project_id: state.projectId,
  tenant_id: state.projectId,
  subnets: [network.subnetId],
  'router:external': external,
  description: 'Sandbox',
  tags: [],
});

const portView = (state: CloudState, port: PortRecord) => ({
  id: port.id,
  name: port.name,
  description: port.description,
  network_id: port.networkId,
  mac_address: port.mac,
  fixed_ips: [{ subnet_id: state.network.subnetId, ip_address: port.address }],
  security_groups: port.securityGroups,
  device_id: port.deviceId,
  device_owner: port.deviceId === '' ? '' : 'compute:nova',
  status: port.status,
  admin_state_up: true,
  project_id: state.projectId,
  tenant_id: state.projectId,
  tags: [],
  created_at: port.created,
  updated_at: port.created,
});

const groupView = (state: CloudState, group: SecurityGroupRecord) => ({
  id: group.id,
  name: group.name,
  description: group.description,
  project_id: state.projectId,
  tenant_id: state.projectId,
  stateful: true,
  tags: [],
  created_at: group.created,
  updated_at: group.created,
  security_group_rules: group.rules.map((one) => ruleView(state, group, one)),
});

const ruleView = (state: CloudState, group: SecurityGroupRecord, one: SecurityGroupRuleRecord) => ({
  id: one.id,
  security_group_id: group.id,
  direction: one.direction,
  ethertype: one.ethertype,
  protocol: one.protocol,
  port_range_min: one.portMin,
  port_range_max: one.portMax,
  remote_ip_prefix: null,
  remote_group_id: null,
  description: one.description,
  project_id: state.projectId,
  tenant_id: state.projectId,
});

const floatingView = (state: CloudState, address: FloatingIpRecord) => ({
  id: address.id,
  floating_network_id: address.networkId,
  floating_ip_address: address.address,
  fixed_ip_address: state.ports.find(({ id }) => id === address.portId)?.address ?? null,
  port_id: address.portId,
  router_id: null,
  status: address.portId === null ? 'DOWN' : 'ACTIVE',
  description: address.description,
  project_id: state.projectId,
  tenant_id: state.projectId,
  tags: [],
  created_at: address.created,
  updated_at: address.created,
});
