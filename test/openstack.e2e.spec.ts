import { randomBytes } from 'node:crypto';
import { Cloud, CloudError, readCloudAccess } from '#openstack';
import { openCloud } from './support/installation.ts';
import type { TestCloud } from './support/installation.ts';
import { until } from './support/until.ts';

// The client alone, on the sandbox (npm test) and on a real OpenStack (npm run test:openstack): both must look alike to it.

let place: TestCloud;
let cloud: Cloud;
/** Undoes what a test made, the last first, whether it passed or not. */
const undo: (() => Promise<void>)[] = [];
const mark = `client-test-${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  place = await openCloud();
  cloud = place.cloud;
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

afterAll(() => place[Symbol.asyncDispose]());

async function failure(call: Promise<unknown>): Promise<CloudError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CloudError)) throw new Error(`expected a CloudError, got ${String(error)}`);
  return error;
}

async function thing<Kind extends { readonly id: string }>(
  found: Promise<{ readonly kind: string; readonly thing?: Kind }>,
): Promise<Kind> {
  const { kind, thing: it } = await found;
  if (it === undefined) throw new Error(`it is ${kind}`);
  return it;
}

/** A group and a port in it, removed after the test. */
async function portInGroup(): Promise<{ readonly groupId: string; readonly portId: string }> {
  const network = await thing(cloud.neutron.findNetwork(place.network));
  const group = await cloud.neutron.createSecurityGroup({ name: mark, description: mark });
  undo.push(() => cloud.neutron.deleteSecurityGroup(group.id));
  const port = await cloud.neutron.createPort({
    name: mark,
    description: mark,
    networkId: network.id,
    securityGroupId: group.id,
  });
  undo.push(() => cloud.neutron.deletePort(port.id));
  return { groupId: group.id, portId: port.id };
}

async function newServer(portId: string, flavor = place.flavor) {
  return {
    name: mark,
    imageId: (await thing(cloud.glance.findImage('Mosquitto'))).id,
    flavorId: (await thing(cloud.nova.findFlavor(flavor))).id,
    portId,
    keyName: place.key,
    metadata: { client_test: mark },
    userData: '#cloud-config\n{}\n',
  };
}

async function serverGone(id: string): Promise<void> {
  await cloud.nova.deleteServer(id);
  await until('the server to be gone', async () =>
    (await cloud.nova.getServer(id)) === undefined ? true : undefined,
  );
}

test('logs in to a project and agrees with Nova on a version', async () => {
  expect(await cloud.projectId()).toMatch(/^[0-9a-f]{32}$/);
  expect(await cloud.nova.microversion()).toMatch(/^2\.\d+$/);
});

test('a wrong password is refused, once, and told without the password', async () => {
  const access = await readCloudAccess(place.env);
  if (access.credential.type !== 'password') return;
  const password = 'not the password';
  const stranger = new Cloud({ ...access, credential: { ...access.credential, password } });
  const error = await failure(stranger.projectId());
  await stranger.close();
  expect(error).toMatchObject({ kind: 'unauthorized', service: 'keystone', status: 401 });
  expect(error.message).not.toContain(password);
});

test('images, flavors, networks and keys are found by name and by id', async () => {
  const image = await thing(cloud.glance.findImage('Mosquitto'));
  expect(await thing(cloud.glance.findImage(image.id))).toEqual(image);
  const flavor = await thing(cloud.nova.findFlavor(place.flavor));
  expect(await thing(cloud.nova.findFlavor(flavor.id))).toEqual(flavor);
  const network = await thing(cloud.neutron.findNetwork(place.network));
  expect(await thing(cloud.neutron.findNetwork(network.id))).toEqual(network);
  expect(network.subnetIds).not.toEqual([]);
  expect(await cloud.nova.findKeypair(place.key)).toEqual({ name: place.key });
  expect(await cloud.nova.listKeypairs()).toContainEqual({ name: place.key });
});

test('what is not there is none, or undefined', async () => {
  expect(await cloud.glance.findImage('no such image')).toEqual({ kind: 'none' });
  expect(await cloud.nova.findFlavor('no such flavor')).toEqual({ kind: 'none' });
  expect(await cloud.neutron.findNetwork('no such network')).toEqual({ kind: 'none' });
  expect(await cloud.nova.findKeypair('no-such-key')).toBeUndefined();
  expect(await cloud.nova.getServer('00000000-0000-0000-0000-000000000000')).toBeUndefined();
  await cloud.nova.deleteServer('00000000-0000-0000-0000-000000000000');
  await cloud.neutron.deletePort('00000000-0000-0000-0000-000000000000');
});

test('a group in use is not deleted, a rule is made once, and both are found by their description', async () => {
  const { groupId, portId } = await portInGroup();
  const rule = { ethertype: 'IPv4', port: 5672, description: mark } as const;
  await cloud.neutron.allowTcp(groupId, rule);
  expect(await failure(cloud.neutron.allowTcp(groupId, rule))).toMatchObject({ kind: 'conflict' });
  expect(await failure(cloud.neutron.deleteSecurityGroup(groupId))).toMatchObject({ kind: 'conflict' });

  const [group, ...groups] = await cloud.neutron.listSecurityGroups({ description: mark });
  expect(groups).toEqual([]);
  expect(group).toMatchObject({ id: groupId, name: mark });
  expect(group?.rules).toContainEqual(
    expect.objectContaining({ direction: 'ingress', protocol: 'tcp', portMin: 5672, portMax: 5672 }),
  );
  const [port, ...ports] = await cloud.neutron.listPorts({ description: mark });
  expect(ports).toEqual([]);
  expect(port).toMatchObject({ id: portId, name: mark });
  expect(port?.addresses).toHaveLength(1);
});

test('a server is made, found by its name, becomes ACTIVE, and is gone after its deletion', async () => {
  const { portId } = await portInGroup();
  const id = await cloud.nova.createServer(await newServer(portId));
  undo.push(() => serverGone(id));
  const server = await until(
    'the server to be ACTIVE',
    async () => {
      const [found] = await cloud.nova.listServers({ name: mark });
      return found?.status === 'ACTIVE' ? found : undefined;
    },
    60_000,
  );
  expect(server).toMatchObject({ id, name: mark, metadata: { client_test: mark }, fault: null });
  expect(await cloud.nova.listServers({ name: mark.slice(0, -1) })).toEqual([]); // a name, not a pattern
  expect((await cloud.neutron.listPorts({ device_id: id })).map((port) => port.id)).toEqual([portId]);
  // A second server on the same port is refused: this is what holds a late double back.
  expect(await failure(cloud.nova.createServer(await newServer(portId)))).toMatchObject({ kind: 'conflict' });
});

test('a quota says so, and an ERROR says why', async () => {
  const { portId } = await portInGroup();
  const refused = await failure(cloud.nova.createServer(await newServer(portId, 'lab.overquota')));
  expect(refused).toMatchObject({ kind: 'quota', status: 403 });
  expect(refused.requestId).toMatch(/^req-/);
  const id = await cloud.nova.createServer(await newServer(portId, 'lab.toobig'));
  undo.push(() => serverGone(id));
  const failed = await until(
    'the server to fail',
    async () => {
      const server = await cloud.nova.getServer(id);
      return server?.status === 'ERROR' && server.fault !== null ? server : undefined;
    },
    60_000,
  );
  expect(failed.fault).toMatch(/No valid host/);
});

test('what the cloud does not understand is invalid, and names the request', async () => {
  const { portId } = await portInGroup();
  const server = await newServer(portId);
  for (const change of [{ imageId: '00000000-0000-0000-0000-000000000000' }, { keyName: 'no-such-key' }]) {
    const error = await failure(cloud.nova.createServer({ ...server, ...change }));
    expect(error).toMatchObject({ kind: 'invalid', status: 400, service: 'nova' });
    expect(error.requestId).toMatch(/^req-/);
  }
  expect(await cloud.nova.listServers({ name: mark })).toEqual([]);
});
