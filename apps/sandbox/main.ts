import { readFileSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import ssh2 from 'ssh2';
import { stringify } from 'yaml';
import { controlRoutes } from './control.ts';
import { Faults } from './faults.ts';
import { glance } from './glance/api.ts';
import { createApi } from './http.ts';
import { keystone } from './keystone/api.ts';
import { Tokens } from './keystone/tokens.ts';
import { neutron } from './neutron/api.ts';
import { nova } from './nova/api.ts';
import { guestsPossible } from './servers/namespaces.ts';
import { Images } from './servers/images.ts';
import { Servers } from './servers/servers.ts';
import { Store } from './state.ts';
import { claimSubnet } from './subnet.ts';

const say = (text: string): void => void process.stderr.write(`sandbox (no real cloud): ${text}\n`);

function refuse(reason: string): never {
  say(reason);
  process.exit(2);
}

if (process.env['NODE_ENV'] === 'production')
  refuse('refuses to start with NODE_ENV=production; set OS_CLOUD to a real cloud.');
const impossible = guestsPossible();
if (impossible !== null) refuse(impossible);

const folder = resolve(process.env['SANDBOX_DIR'] ?? '.warrener/sandbox');
const host = process.env['SANDBOX_HOST'] ?? '127.0.0.1';
const sshPort = Number(process.env['SANDBOX_SSH_PORT'] ?? 22);
mkdirSync(folder, { recursive: true });

/** The port of the last time, so that what knows the cloud finds it again. */
const portFile = join(folder, 'port');
const wantedPort =
  Number(process.env['SANDBOX_PORT'] ?? 0) ||
  (existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0);

const store = new Store(join(folder, 'cloud.json'));
await claimSubnet(store).catch((error: unknown) =>
  refuse(error instanceof Error ? error.message : String(error)),
);
if (store.state.keypairs.length === 0) {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'demo-key' });
  writeFileSync(join(folder, 'demo-key'), pair.private, { mode: 0o600 });
  store.state.keypairs.push({ name: 'demo-key', publicKey: pair.public });
  store.save();
}
const images = new Images(join(folder, 'images'), say);
const servers = new Servers({ store, images, folder: join(folder, 'servers'), sshPort, say });
const tokens = new Tokens();
const faults = new Faults();
let url = '';

const api = createApi({
  services: [
    keystone(store.state, tokens, () => url),
    nova(store, servers),
    neutron(store, () => servers.applyRules()),
    glance(store.state, (name) => images.offered(name)),
  ],
  faults,
  tokenIsValid: (token) => tokens.isValid(token),
  control: controlRoutes(faults, tokens, servers),
});

await new Promise<void>((started, failed) => api.once('error', failed).listen(wantedPort, host, started));
const { port } = api.address() as AddressInfo;
url = `http://${host}:${port}`;
writeFileSync(portFile, String(port));
const cloudsYaml = join(folder, 'clouds.yaml');
const auth = {
  auth_url: `${url}/identity/v3`,
  username: 'demo',
  password: store.state.password,
  project_name: 'demo',
  user_domain_id: 'default',
  project_domain_id: 'default',
};
const { id, secret } = store.state.applicationCredential;
const common = { region_name: 'RegionOne', interface: 'public', identity_api_version: 3 };
const clouds = {
  sandbox: { auth, ...common },
  'sandbox-app': {
    auth_type: 'v3applicationcredential',
    auth: { auth_url: auth.auth_url, application_credential_id: id, application_credential_secret: secret },
    ...common,
  },
};
writeFileSync(cloudsYaml, stringify({ clouds }), { mode: 0o600 });
await servers.resume();
say(`${store.state.servers.length} servers; answers at ${url}`);
process.stdout.write(`${JSON.stringify({ url, cloudsYaml })}\n`);

let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  api.close();
  api.closeAllConnections();
  void servers.stopAll().then(() => process.exit(0));
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
