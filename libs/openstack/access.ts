import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CloudConfigError } from './errors.ts';

/** How to prove who we are. */
export type Credential =
  | { readonly type: 'application-credential'; readonly id: string; readonly secret: string }
  | {
      readonly type: 'application-credential-by-name';
      readonly name: string;
      readonly user: UserRef;
      readonly secret: string;
    }
  | {
      readonly type: 'password';
      readonly user: UserRef;
      readonly password: string;
      readonly project: ProjectRef;
    };

/** A domain by id or by name. */
type DomainRef = { readonly id: string } | { readonly name: string };
/** A user by id, or by name within a domain. */
export type UserRef = { readonly id: string } | { readonly name: string; readonly domain: DomainRef };
/** A project by id, or by name within a domain. */
export type ProjectRef = { readonly id: string } | { readonly name: string; readonly domain: DomainRef };

export type EndpointInterface = 'public' | 'internal' | 'admin';

/** Everything needed to use a cloud. */
export interface CloudAccess {
  /** What messages call this cloud. */
  readonly name: string;
  /** Keystone, with its version: `https://…/v3`. */
  readonly authUrl: string;
  readonly credential: Credential;
  readonly region: string | null;
  readonly interface: EndpointInterface;
  /** PEM of the authority that signed the cloud's certificates; null for the system's. */
  readonly ca: string | null;
  /** False skips the check of certificates. */
  readonly verify: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;
type Settings = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Reads how to use a cloud, as OpenStack's users have it: the entry of `clouds.yaml` (and `secure.yaml` beside it) that
 * `OS_CLOUD` names, else the `OS_*` variables.
 *
 * @throws CloudConfigError with a sentence that says what to change
 * @see https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 */
export async function readCloudAccess(env: Env): Promise<CloudAccess> {
  const name = set(env['OS_CLOUD']);
  const settings = name === undefined ? fromVariables(env) : await fromFile(name, env);
  return access(name ?? 'the cloud of OS_AUTH_URL', settings);
}

const set = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text;

/** `OS_PROJECT_NAME` and the like, under the names clouds.yaml has for them. */
function fromVariables(env: Env): Settings {
  if (set(env['OS_AUTH_URL']) === undefined) {
    throw new CloudConfigError(
      'No cloud is named: set OS_CLOUD to an entry of your clouds.yaml, or OS_AUTH_URL and the other OS_* variables.',
    );
  }
  const settings: Record<string, string> = {};
  for (const [key, value] of Object.entries(env))
    if (key.startsWith('OS_') && set(value) !== undefined)
      settings[key.slice(3).toLowerCase()] = String(value);
  return {
    ...settings,
    project_name: settings['project_name'] ?? settings['tenant_name'],
    project_id: settings['project_id'] ?? settings['tenant_id'],
    verify: settings['insecure'] !== 'true',
  };
}

async function fromFile(name: string, env: Env): Promise<Settings> {
  const file = findFile(env);
  const entry = await readEntry(file, name);
  const secure = file.replace(/clouds\.ya?ml$/, 'secure.yaml');
  const secret = secure !== file && existsSync(secure) ? ((await readClouds(secure))[name] ?? {}) : {};
  const { auth = {}, ...rest } = entry;
  const { auth: secretAuth = {}, ...secretRest } = secret;
  const region = set(env['OS_REGION_NAME']); // the one variable people set beside OS_CLOUD
  return {
    ...rest,
    ...secretRest,
    ...auth,
    ...secretAuth,
    ...(region === undefined ? {} : { region_name: region }),
  };
}

function findFile(env: Env): string {
  const named = set(env['OS_CLIENT_CONFIG_FILE']);
  const folders = [
    process.cwd(),
    join(set(env['XDG_CONFIG_HOME']) ?? join(homedir(), '.config'), 'openstack'),
    '/etc/openstack',
  ];
  const candidates =
    named === undefined
      ? folders.flatMap((folder) => [join(folder, 'clouds.yaml'), join(folder, 'clouds.yml')])
      : [named];
  const file = candidates.find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new CloudConfigError(
      `OS_CLOUD is set, but there is no clouds.yaml: looked for ${candidates.join(', ')}.`,
    );
  return file;
}

type Entry = { readonly auth?: Settings } & Readonly<Record<string, never>>;

async function readEntry(file: string, name: string): Promise<Entry> {
  const clouds = await readClouds(file);
  const entry = clouds[name];
  if (entry === undefined)
    throw new CloudConfigError(
      `${file} has no cloud "${name}"; it has: ${Object.keys(clouds).join(', ') || 'none'}.`,
    );
  return entry;
}

async function readClouds(file: string): Promise<Readonly<Record<string, Entry>>> {
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new CloudConfigError(
      `${file} cannot be read: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`,
      { cause },
    );
  }
  const clouds =
    typeof content === 'object' && content !== null && 'clouds' in content ? content.clouds : undefined;
  if (typeof clouds !== 'object' || clouds === null) throw new CloudConfigError(`${file} has no "clouds:".`);
  return clouds as Readonly<Record<string, Entry>>;
}

async function access(name: string, settings: Settings): Promise<CloudAccess> {
  const text = (key: string): string | undefined =>
    settings[key] === undefined ? undefined : set(String(settings[key]));
  const need = (key: string): string => {
    const value = text(key);
    if (value === undefined)
      throw new CloudConfigError(
        `Cloud "${name}" has no ${key} (in clouds.yaml under auth, or OS_${key.toUpperCase()}).`,
      );
    return value;
  };
  const kind = text('interface') ?? text('endpoint_type') ?? 'public';
  const endpoint = kind.replace(/URL$/, '');
  if (endpoint !== 'public' && endpoint !== 'internal' && endpoint !== 'admin') {
    throw new CloudConfigError(`Cloud "${name}": interface "${kind}" is none of public, internal, admin.`);
  }
  const cacert = text('cacert');
  return {
    name,
    authUrl: v3(name, need('auth_url')),
    credential: credential(name, text, need),
    region: text('region_name') ?? null,
    interface: endpoint,
    ca:
      cacert === undefined
        ? null
        : await readFile(cacert, 'utf8').catch((cause: unknown) =>
            Promise.reject(new CloudConfigError(`cacert ${cacert} cannot be read.`, { cause })),
          ),
    verify: settings['verify'] !== false && settings['verify'] !== 'false',
  };
}

function credential(
  name: string,
  text: (key: string) => string | undefined,
  need: (key: string) => string,
): Credential {
  const id = text('application_credential_id');
  if (id !== undefined)
    return { type: 'application-credential', id, secret: need('application_credential_secret') };
  const credentialName = text('application_credential_name');
  if (credentialName !== undefined) {
    return {
      type: 'application-credential-by-name',
      name: credentialName,
      user: user(text, need),
      secret: need('application_credential_secret'),
    };
  }
  const auth = text('auth_type');
  if (auth !== undefined && !['password', 'v3password'].includes(auth)) {
    throw new CloudConfigError(
      `Cloud "${name}": auth_type "${auth}" is not supported; use password or an application credential.`,
    );
  }
  return {
    type: 'password',
    user: user(text, need),
    password: need('password'),
    project: project(text, need),
  };
}

function user(text: (key: string) => string | undefined, need: (key: string) => string): UserRef {
  const id = text('user_id');
  return id === undefined ? { name: need('username'), domain: domain(text, 'user') } : { id };
}

function project(text: (key: string) => string | undefined, need: (key: string) => string): ProjectRef {
  const id = text('project_id');
  return id === undefined ? { name: need('project_name'), domain: domain(text, 'project') } : { id };
}

function domain(text: (key: string) => string | undefined, of: 'user' | 'project'): DomainRef {
  const id = text(`${of}_domain_id`) ?? text('domain_id') ?? text('default_domain_id');
  const name = text(`${of}_domain_name`) ?? text('domain_name') ?? text('default_domain_name');
  if (id !== undefined) return { id };
  return name === undefined ? { id: 'default' } : { name };
}

function v3(name: string, url: string): string {
  if (!/^https?:\/\//.test(url))
    throw new CloudConfigError(`Cloud "${name}": auth_url "${url}" is no http:// or https:// URL.`);
  const base = url.replace(/\/+$/, '');
  return /\/v3$/.test(base) ? base : `${base.replace(/\/v2\.0$/, '')}/v3`;
}
