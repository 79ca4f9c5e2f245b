import { randomUUID } from 'node:crypto';
import type { Asked, Reply, ServiceApi } from '../http.ts';
import { Fault, objectAt, paged } from '../http.ts';
import { createPort } from '../neutron/api.ts';
import type { Servers } from '../servers/servers.ts';
import type { CloudState, FlavorRecord, ServerRecord, Store } from '../state.ts';
import { now } from '../state.ts';

const MIN = 1;
const MAX = 90;
const CORES_QUOTA = 100;
const INSTANCES_QUOTA = 50;

/**
 * Nova v2.1, as far as servers need it, with microversions 2.1 to 2.90.
 *
 * @see https://docs.openstack.org/api-ref/compute/
 */
export function nova(store: Store, servers: Servers): ServiceApi {
  const { state } = store;
  const server = (id: string): ServerRecord => {
    const found = state.servers.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Fault(404, `Instance ${id} could not be found.`);
    return found;
  };
  const versionBody = {
    id: 'v2.1',
    status: 'CURRENT',
    version: `2.${MAX}`,
    min_version: `2.${MIN}`,
    updated: '2013-07-23T11:33:21Z',
    links: [],
  };
  return {
    name: 'nova',
    prefix: '/compute',
    open: /^\/(v2\.1\/?)?$/,
    error: (code, message) => ({ [errorKey[code] ?? 'computeFault']: { code, message } }),
    headers: (asked) => ({
      'openstack-api-version': `compute 2.${minor(asked)}`,
      vary: 'OpenStack-API-Version',
    }),
    routes: [
      ['GET', /^\/$/, () => ({ status: 200, body: { versions: [versionBody] } })],
      ['GET', /^\/v2\.1\/?$/, () => ({ status: 200, body: { version: versionBody } })],
      ['GET', /^\/v2\.1\/flavors(\/detail)?$/, (asked) => listFlavors(state, asked)],
      [
        'GET',
        /^\/v2\.1\/flavors\/([^/]+)$/,
        ({ params: [id = ''] }) => {
          const flavor = state.flavors.find((candidate) => candidate.id === id);
          if (flavor === undefined) throw new Fault(404, `Flavor ${id} could not be found.`);
          return { status: 200, body: { flavor: flavorView(flavor) } };
        },
      ],
      [
        'GET',
        /^\/v2\.1\/os-keypairs$/,
        () => ({
          status: 200,
          body: { keypairs: state.keypairs.map((pair) => ({ keypair: keypairView(pair) })) },
        }),
      ],
      [
        'GET',
        /^\/v2\.1\/os-keypairs\/([^/]+)$/,
        ({ params: [name = ''] }) => ({ status: 200, body: { keypair: keypairView(keypair(state, name)) } }),
      ],
      ['POST', /^\/v2\.1\/os-keypairs$/, (asked) => createKeypair(store, asked)],
      [
        'DELETE',
        /^\/v2\.1\/os-keypairs\/([^/]+)$/,
        (asked) => {
          keypair(state, asked.params[0] ?? '');
          state.keypairs = state.keypairs.filter(({ name }) => name !== asked.params[0]);
          store.save();
          return { status: minor(asked) >= 2 ? 204 : 202 };
        },
      ],
      ['POST', /^\/v2\.1\/servers$/, (asked) => createServer(store, servers, asked)],
      ['GET', /^\/v2\.1\/servers(\/detail)?$/, (asked) => listServers(state, asked)],
      [
        'GET',
        /^\/v2\.1\/servers\/([^/]+)$/,
        (asked) => ({
          status: 200,
          body: { server: serverView(state, server(asked.params[0] ?? ''), minor(asked)) },
        }),
      ],
      [
        'DELETE',
        /^\/v2\.1\/servers\/([^/]+)$/,
        async ({ params: [id = ''] }) => {
          servers.delete(server(id));
          return { status: 204 };
        },
      ],
      [
        'POST',
        /^\/v2\.1\/servers\/([^/]+)\/action$/,
        ({ params: [id = ''], body }) => {
          const [action] = Object.keys((body as object | null) ?? {});
          const target = server(id);
          if (action === 'os-stop') servers.stop(target);
          else if (action === 'os-start') servers.start(target);
          else if (action === 'reboot') servers.reboot(target);
          else throw new Fault(400, `There is no such action: ${action ?? 'none'}`);
          return { status: 202 };
        },
      ],
    ],
  };
}

const errorKey: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflictingRequest',
  413: 'overLimit',
  429: 'overLimit',
};

/** The minor microversion a request asks for; 2.1 where it asks for none. */
function minor({ headers }: Asked): number {
  const asked =
    String(headers['openstack-api-version'] ?? '').replace(/^compute /, '') ||
    String(headers['x-openstack-nova-api-version'] ?? '');
  if (asked === '') return MIN;
  if (asked === 'latest') return MAX;
  const [, digits] = /^2\.(\d+)$/.exec(asked) ?? [];
  if (digits === undefined)
    throw new Fault(
      400,
      `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  if (Number(digits) < MIN || Number(digits) > MAX) {
    throw new Fault(
      406,
      `Version ${asked} is not supported by the API. Minimum is 2.${MIN} and maximum is 2.${MAX}.`,
    );
  }
  return Number(digits);
}

const flavorView = ({ id, name, ram, vcpus, disk }: FlavorRecord) => ({
  id,
  name,
  ram,
  vcpus,
  disk,
  links: [],
});

function listFlavors(state: CloudState, { query, params }: Asked): Reply {
  const { page, next } = paged(state.flavors, query, 5);
  const links =
    next === null
      ? {}
      : { flavors_links: [{ rel: 'next', href: `http://sandbox/v2.1/flavors?${next.toString()}` }] };
  const view =
    params[0] === undefined ? ({ id, name }: FlavorRecord) => ({ id, name, links: [] }) : flavorView;
  return { status: 200, body: { flavors: page.map(view), ...links } };
}

const keypairView = ({ name, publicKey }: { name: string; publicKey: string }) => ({
  name,
  public_key: publicKey,
  type: 'ssh',
  fingerprint: '',
});

function keypair(state: CloudState, name: string) {
  const pair = state.keypairs.find((candidate) => candidate.name === name);
  if (pair === undefined) throw new Fault(404, `Keypair ${name} not found for user ${state.userId}`);
  return pair;
}

function createKeypair(store: Store, asked: Asked): Reply {
  const { name, public_key: publicKey } = objectAt(asked.body, 'keypair');
  if (typeof name !== 'string' || typeof publicKey !== 'string')
    throw new Fault(400, 'Invalid input for field/attribute keypair');
  if (store.state.keypairs.some((pair) => pair.name === name))
    throw new Fault(409, `Key pair '${name}' already exists.`);
  store.state.keypairs.push({ name, publicKey });
  store.save();
  return { status: minor(asked) >= 2 ? 201 : 200, body: { keypair: keypairView({ name, publicKey }) } };
}

function createServer(store: Store, servers: Servers, { body }: Asked): Reply {
  const { state } = store;
  const raw = objectAt(body, 'server');
  const name = raw['name'];
  if (typeof name !== 'string' || name === '')
    throw new Fault(400, "Invalid input for field/attribute name. Value: . '' is too short");
  const image = state.images.find(({ id }) => id === raw['imageRef']);
  if (image === undefined) throw new Fault(400, `Can not find requested image`);
  const flavor = state.flavors.find(({ id }) => id === raw['flavorRef']);
  if (flavor === undefined) throw new Fault(400, `Flavor ${String(raw['flavorRef'])} could not be found.`);
  const keyName = typeof raw['key_name'] === 'string' ? raw['key_name'] : null;
  if (keyName !== null && !state.keypairs.some((pair) => pair.name === keyName))
    throw new Fault(400, 'Invalid key_name provided.');
  checkQuota(state, flavor);
  const id = randomUUID();
  plugIn(state, id, raw['networks']);
  const server: ServerRecord = {
    id,
    name,
    status: 'BUILD',
    taskState: 'scheduling',
    imageId: image.id,
    flavorId: flavor.id,
    keyName,
    metadata: (raw['metadata'] as Record<string, string> | undefined) ?? {},
    userData:
      typeof raw['user_data'] === 'string' ? Buffer.from(raw['user_data'], 'base64').toString('utf8') : null,
    created: now(),
    updated: now(),
    fault: null,
  };
  state.servers.push(server);
  store.save();
  servers.build(server);
  return {
    status: 202,
    body: { server: { id, links: [], security_groups: [], 'OS-DCF:diskConfig': 'MANUAL' } },
  };
}

function checkQuota(state: CloudState, flavor: FlavorRecord): void {
  const cores = state.servers.reduce(
    (sum, { flavorId }) => sum + (state.flavors.find(({ id }) => id === flavorId)?.vcpus ?? 0),
    0,
  );
  if (cores + flavor.vcpus > CORES_QUOTA) {
    throw new Fault(
      403,
      `Quota exceeded for cores: Requested ${flavor.vcpus}, but already used ${cores} of ${CORES_QUOTA} cores`,
    );
  }
  if (state.servers.length >= INSTANCES_QUOTA) {
    throw new Fault(
      403,
      `Quota exceeded for instances: Requested 1, but already used ${state.servers.length} of ${INSTANCES_QUOTA} instances`,
    );
  }
}

/** Plugs the named port into the server, or makes one on the named network. */
function plugIn(state: CloudState, server: string, networks: unknown): void {
  const [first] = Array.isArray(networks) ? (networks as { port?: string; uuid?: string }[]) : [];
  if (first?.port !== undefined) {
    const port = state.ports.find(({ id }) => id === first.port);
    if (port === undefined) throw new Fault(400, `Port ${first.port} could not be found.`);
    if (port.deviceId !== '') throw new Fault(409, `Port ${port.id} is still in use.`);
    port.deviceId = server;
    return;
  }
  const networkId = first?.uuid ?? state.network.id;
  if (networkId !== state.network.id) throw new Fault(400, `Network ${networkId} could not be found.`);
  createPort(state, { network_id: networkId, device_id: server }, true);
}

function listServers(state: CloudState, asked: Asked): Reply {
  const { query, params } = asked;
  const name = query.get('name');
  const found = state.servers.filter((server) => name === null || new RegExp(name).test(server.name));
  const { page, next } = paged([...found].reverse(), query, 20);
  const links =
    next === null
      ? {}
      : {
          servers_links: [
            { rel: 'next', href: `http://sandbox/v2.1/servers${params[0] ?? ''}?${next.toString()}` },
          ],
        };
  const view =
    params[0] === undefined
      ? (server: ServerRecord) => ({ id: server.id, name: server.name, links: [] })
      : (server: ServerRecord) => serverView(state, server, minor(asked));
  return { status: 200, body: { servers: page.map(view), ...links } };
}

function serverView(state: CloudState, server: ServerRecord, microversion: number) {
  const ports = state.ports.filter(({ deviceId }) => deviceId === server.id);
  const flavor = state.flavors.find(({ id }) => id === server.flavorId);
  const address = ports.map((port) => ({
    addr: port.address,
    version: 4,
    'OS-EXT-IPS:type': 'fixed',
    'OS-EXT-IPS-MAC:mac_addr': port.mac,
  }));
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.status.toLowerCase(),
    'OS-EXT-STS:power_state': server.status === 'ACTIVE' ? 1 : 0,
    'OS-EXT-AZ:availability_zone': 'sandbox',
    'OS-DCF:diskConfig': 'MANUAL',
    tenant_id: state.projectId,
    user_id: state.userId,
    metadata: server.metadata,
    created: server.created,
    updated: server.updated,
    key_name: server.keyName,
    image: { id: server.imageId, links: [] },
    flavor:
      microversion >= 47 && flavor !== undefined
        ? {
            original_name: flavor.name,
            ram: flavor.ram,
            vcpus: flavor.vcpus,
            disk: flavor.disk,
            ephemeral: 0,
            swap: 0,
            extra_specs: {},
          }
        : { id: server.flavorId, links: [] },
    addresses: ports.length === 0 ? {} : { [state.network.name]: address },
    hostId: 'sandbox',
    config_drive: '',
    accessIPv4: '',
    accessIPv6: '',
    progress: server.status === 'ACTIVE' ? 100 : 0,
    links: [],
    ...(server.fault === null ? {} : { fault: server.fault }),
  };
}
