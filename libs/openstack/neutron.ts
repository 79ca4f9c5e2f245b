import type { Found } from './found.ts';
import { pick } from './found.ts';
import { Service } from './service.ts';
import type { ServiceOptions } from './service.ts';

export interface Network {
  readonly id: string;
  readonly name: string;
  /** True for networks that floating addresses are taken from. */
  readonly external: boolean;
  /** Subnets; a network without any gives no addresses. */
  readonly subnetIds: readonly string[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly rules: readonly SecurityGroupRule[];
}

interface SecurityGroupRule {
  readonly id: string;
  readonly direction: string;
  readonly ethertype: string;
  readonly protocol: string | null;
  readonly portMin: number | null;
  readonly portMax: number | null;
}

export interface Port {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly status: string;
  /** The server it is plugged into; empty for none. */
  readonly deviceId: string;
  readonly addresses: readonly string[];
}

export interface FloatingIp {
  readonly id: string;
  readonly description: string;
  readonly createdAt: string;
  readonly address: string;
  readonly portId: string | null;
}

type Raw = Readonly<Record<string, unknown>>;

/**
 * The part of Neutron's API that is used.
 *
 * @see https://docs.openstack.org/api-ref/network/v2/
 */
export class Neutron {
  readonly #service: Service;

  constructor(options: ServiceOptions) {
    this.#service = new Service('neutron', 'network', options, { suffix: '/v2.0' });
  }

  async listNetworks(signal?: AbortSignal): Promise<readonly Network[]> {
    return (await this.#list('networks', {}, 'list networks', signal)).map(networkOf);
  }

  async findNetwork(nameOrId: string, signal?: AbortSignal): Promise<Found<Network>> {
    return pick(await this.listNetworks(signal), nameOrId);
  }

  /** Groups with exactly this description, or all that the project has. */
  async listSecurityGroups(
    filter: { readonly description?: string } = {},
    signal?: AbortSignal,
  ): Promise<readonly SecurityGroup[]> {
    return (
      await this.#list('security-groups', filter, 'list security groups', signal, 'security_groups')
    ).map(securityGroupOf);
  }

  async createSecurityGroup(
    group: { readonly name: string; readonly description: string },
    signal?: AbortSignal,
  ): Promise<SecurityGroup> {
    const body = { security_group: { name: group.name, description: group.description } };
    const answer = await this.#service.call({
      method: 'POST',
      path: '/security-groups',
      what: 'create security group',
      body,
      signal,
    });
    return securityGroupOf((answer as { security_group: Raw }).security_group);
  }

  /** Lets TCP in on one port from everywhere. @throws CloudError `conflict` where the rule exists */
  async allowTcp(
    groupId: string,
    rule: { readonly ethertype: 'IPv4' | 'IPv6'; readonly port: number; readonly description: string },
    signal?: AbortSignal,
  ): Promise<void> {
    const body = {
      security_group_rule: {
        security_group_id: groupId,
        direction: 'ingress',
        ethertype: rule.ethertype,
        protocol: 'tcp',
        port_range_min: rule.port,
        port_range_max: rule.port,
        description: rule.description,
      },
    };
    await this.#service.call({
      method: 'POST',
      path: '/security-group-rules',
      what: 'create security group rule',
      body,
      signal,
    });
  }

  /** @throws CloudError `conflict` while a port uses it */
  async deleteSecurityGroup(id: string, signal?: AbortSignal): Promise<void> {
    await this.#remove('security-groups', id, 'delete security group', signal);
  }

  /** Ports with exactly this description, or all that the project has. */
  async listPorts(
    filter: { readonly description?: string; readonly device_id?: string } = {},
    signal?: AbortSignal,
  ): Promise<readonly Port[]> {
    return (await this.#list('ports', filter, 'list ports', signal)).map(portOf);
  }

  async createPort(
    port: {
      readonly name: string;
      readonly description: string;
      readonly networkId: string;
      readonly securityGroupId: string;
    },
    signal?: AbortSignal,
  ): Promise<Port> {
    const { name, description } = port;
    const body = {
      port: { name, description, network_id: port.networkId, security_groups: [port.securityGroupId] },
    };
    const answer = await this.#service.call({
      method: 'POST',
      path: '/ports',
      what: 'create port',
      body,
      signal,
    });
    return portOf((answer as { port: Raw }).port);
  }

  async deletePort(id: string, signal?: AbortSignal): Promise<void> {
    await this.#remove('ports', id, 'delete port', signal);
  }

  /** Floating addresses with exactly this description, or all that the project has. */
  async listFloatingIps(
    filter: { readonly description?: string } = {},
    signal?: AbortSignal,
  ): Promise<readonly FloatingIp[]> {
    return (await this.#list('floatingips', filter, 'list floating addresses', signal)).map(floatingIpOf);
  }

  async createFloatingIp(
    address: { readonly networkId: string; readonly portId: string; readonly description: string },
    signal?: AbortSignal,
  ): Promise<FloatingIp> {
    const body = {
      floatingip: {
        floating_network_id: address.networkId,
        port_id: address.portId,
        description: address.description,
      },
    };
    const answer = await this.#service.call({
      method: 'POST',
      path: '/floatingips',
      what: 'create floating address',
      body,
      signal,
    });
    return floatingIpOf((answer as { floatingip: Raw }).floatingip);
  }

  async deleteFloatingIp(id: string, signal?: AbortSignal): Promise<void> {
    await this.#remove('floatingips', id, 'delete floating address', signal);
  }

  async #list(
    collection: string,
    filter: Readonly<Record<string, string>>,
    what: string,
    signal?: AbortSignal,
    key = collection,
  ): Promise<readonly Raw[]> {
    const query = new URLSearchParams(filter).toString();
    const items = await this.#service.list(
      { path: `/${collection}${query === '' ? '' : `?${query}`}`, what, signal },
      key,
    );
    // A Neutron whose plug-in does not know the filter answers with everything; what is listed here may be deleted.
    return (items as readonly Raw[]).filter((item) =>
      Object.entries(filter).every(([field, value]) => item[field] === value),
    );
  }

  /** What is gone already is fine. */
  async #remove(collection: string, id: string, what: string, signal?: AbortSignal): Promise<void> {
    await this.#service.find({
      method: 'DELETE',
      path: `/${collection}/${encodeURIComponent(id)}`,
      what,
      signal,
    });
  }
}

const text = (raw: Raw, key: string): string => (typeof raw[key] === 'string' ? raw[key] : '');

const networkOf = (raw: Raw): Network => ({
  id: text(raw, 'id'),
  name: text(raw, 'name'),
  external: raw['router:external'] === true,
  subnetIds: (raw['subnets'] as readonly string[] | undefined) ?? [],
});

const securityGroupOf = (raw: Raw): SecurityGroup => ({
  id: text(raw, 'id'),
  name: text(raw, 'name'),
  description: text(raw, 'description'),
  createdAt: text(raw, 'created_at'),
  rules: ((raw['security_group_rules'] as readonly Raw[] | undefined) ?? []).map((rule) => ({
    id: text(rule, 'id'),
    direction: text(rule, 'direction'),
    ethertype: text(rule, 'ethertype'),
    protocol: text(rule, 'protocol') || null,
    portMin: (rule['port_range_min'] as number | null | undefined) ?? null,
    portMax: (rule['port_range_max'] as number | null | undefined) ?? null,
  })),
});

const portOf = (raw: Raw): Port => ({
  id: text(raw, 'id'),
  name: text(raw, 'name'),
  description: text(raw, 'description'),
  createdAt: text(raw, 'created_at'),
  status: text(raw, 'status'),
  deviceId: text(raw, 'device_id'),
  addresses: ((raw['fixed_ips'] as readonly { readonly ip_address: string }[] | undefined) ?? []).map(
    (ip) => ip.ip_address,
  ),
});

const floatingIpOf = (raw: Raw): FloatingIp => ({
  id: text(raw, 'id'),
  description: text(raw, 'description'),
  createdAt: text(raw, 'created_at'),
  address: text(raw, 'floating_ip_address'),
  portId: text(raw, 'port_id') || null,
});
