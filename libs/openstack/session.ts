import type { CloudAccess, Credential, EndpointInterface, ProjectRef, UserRef } from './access.ts';
import { CloudError, errorOfAnswer } from './errors.ts';
import type { Http } from './http.ts';

/** A token and what came with it. */
interface Token {
  readonly id: string;
  readonly expiresAt: number;
  readonly projectId: string | null;
  readonly catalogue: readonly CatalogueEntry[];
}

interface CatalogueEntry {
  readonly type: string;
  readonly name?: string;
  readonly endpoints: readonly {
    readonly interface: string;
    readonly region_id?: string;
    readonly region?: string;
    readonly url: string;
  }[];
}

/** Other names that catalogues use. @see https://service-types.openstack.org/ */
const aliases: Readonly<Record<string, readonly string[]>> = {
  compute: ['compute'],
  network: ['network'],
  image: ['image'],
  identity: ['identity', 'identityv3'],
};

/** Renewed this long before it ends, so that a call that takes its time still has a valid one. */
const RENEW_BEFORE_MS = 2 * 60_000;

/**
 * A Keystone v3 session: one token for all calls, renewed before it ends and when a service refuses it; one renewal at a
 * time.
 *
 * @see https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management
 */
export class Session {
  readonly #access: CloudAccess;
  readonly #http: Http;
  #token: Token | undefined;
  #renewing: Promise<Token> | undefined;

  constructor(access: CloudAccess, http: Http) {
    this.#access = access;
    this.#http = http;
  }

  /** A token that is good for a while. */
  async token(): Promise<string> {
    return (await this.#current()).id;
  }

  /** The project the token is for; null for an unscoped one. */
  async projectId(): Promise<string | null> {
    return (await this.#current()).projectId;
  }

  /** A service refused this token: the next call gets a new one. */
  forget(token: string): void {
    if (this.#token?.id === token) this.#token = undefined;
  }

  /** The URL of a service in our region and interface. @throws CloudError `not-found` naming what there is */
  async endpoint(service: string): Promise<string> {
    const { catalogue } = await this.#current();
    return endpointOf(catalogue, service, this.#access.region, this.#access.interface);
  }

  async #current(): Promise<Token> {
    if (this.#token !== undefined && this.#token.expiresAt - Date.now() > RENEW_BEFORE_MS) return this.#token;
    this.#renewing ??= this.#authenticate().finally(() => (this.#renewing = undefined));
    this.#token = await this.#renewing;
    return this.#token;
  }

  async #authenticate(): Promise<Token> {
    const url = `${this.#access.authUrl}/auth/tokens`;
    // Asking for a token changes nothing that matters: a lost answer is no uncertainty.
    const answer = await this.#http
      .request('keystone', 'POST', url, { headers: {}, body: authBody(this.#access.credential) })
      .catch((error: unknown) => {
        if (error instanceof CloudError && error.kind === 'uncertain')
          throw new CloudError('unavailable', error.message, { service: 'keystone', cause: error });
        throw error;
      });
    const id = answer.headers['x-subject-token'];
    if (answer.status !== 201 || typeof id !== 'string') {
      const error = errorOfAnswer({
        service: 'keystone',
        method: 'GET',
        what: 'log in',
        status: answer.status,
        body: answer.body,
        requestId: header(answer.headers, 'x-openstack-request-id'),
        retryAfter: header(answer.headers, 'retry-after'),
      });
      throw error;
    }
    const { token } = answer.body as {
      token: { expires_at: string; project?: { id: string }; catalog?: CatalogueEntry[] };
    };
    // A token that ends sooner than the margin is used to its end rather than renewed at every call.
    const expiresAt = Math.max(Date.parse(token.expires_at), Date.now() + RENEW_BEFORE_MS + 1_000);
    return { id, expiresAt, projectId: token.project?.id ?? null, catalogue: token.catalog ?? [] };
  }
}

/** One header as text. */
export function header(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | null {
  const value = headers[name];
  return value === undefined ? null : Array.isArray(value) ? (value[0] ?? null) : value;
}

/** What Keystone is asked for a token with. */
export function authBody(credential: Credential): unknown {
  switch (credential.type) {
    case 'application-credential':
      return identity('application_credential', { id: credential.id, secret: credential.secret });
    case 'application-credential-by-name':
      return identity('application_credential', {
        name: credential.name,
        secret: credential.secret,
        user: userBody(credential.user),
      });
    case 'password': {
      const user = { ...userBody(credential.user), password: credential.password };
      const body = identity('password', { user });
      return { auth: { ...body.auth, scope: { project: projectBody(credential.project) } } };
    }
  }
}

const identity = (method: string, facts: object) => ({
  auth: { identity: { methods: [method], [method]: facts } },
});

const userBody = (user: UserRef): object =>
  'id' in user ? { id: user.id } : { name: user.name, domain: user.domain };

const projectBody = (project: ProjectRef): object =>
  'id' in project ? { id: project.id } : { name: project.name, domain: project.domain };

function endpointOf(
  catalogue: readonly CatalogueEntry[],
  service: string,
  region: string | null,
  kind: EndpointInterface,
): string {
  const types = aliases[service] ?? [service];
  const endpoints = catalogue.filter(({ type }) => types.includes(type)).flatMap((entry) => entry.endpoints);
  const found = endpoints.find(
    (endpoint) =>
      endpoint.interface === kind && (region === null || (endpoint.region_id ?? endpoint.region) === region),
  );
  if (found !== undefined) return found.url.replace(/\/+$/, '');
  const there = endpoints
    .map((endpoint) => `${endpoint.interface} in ${endpoint.region_id ?? endpoint.region ?? '?'}`)
    .join(', ');
  const wanted = `${kind} endpoint of ${service}${region === null ? '' : ` in region ${region}`}`;
  const message =
    endpoints.length === 0
      ? `The catalogue has no ${service} service; it has: ${catalogue.map(({ type }) => type).join(', ')}.`
      : `The catalogue has no ${wanted}; it has: ${there}.`;
  throw new CloudError('not-found', message, { service });
}
