import type { Asked, Reply, ServiceApi } from '../http.ts';
import { Fault, objectAt } from '../http.ts';
import type { CloudState } from '../state.ts';
import type { Tokens } from './tokens.ts';

const REGION = 'RegionOne';
const DOMAIN = { id: 'default', name: 'Default' };

/**
 * Keystone v3, as far as logging in goes.
 *
 * @see https://docs.openstack.org/api-ref/identity/v3/
 */
export function keystone(state: CloudState, tokens: Tokens, baseUrl: () => string): ServiceApi {
  const version = () => ({
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${baseUrl()}/identity/v3/` }],
  });
  const endpoint = (type: string, name: string, path: string) => ({
    type,
    name,
    id: name,
    endpoints: ['public', 'internal', 'admin'].map((kind) => ({
      id: `${name}-${kind}`,
      interface: kind,
      region: REGION,
      region_id: REGION,
      url: `${baseUrl()}${path}`,
    })),
  });
  const tokenBody = (methods: readonly string[], times: { issuedAt: string; expiresAt: string }) => ({
    token: {
      methods,
      user: { id: state.userId, name: 'demo', domain: DOMAIN, password_expires_at: null },
      project: { id: state.projectId, name: 'demo', domain: DOMAIN },
      roles: [{ id: 'member', name: 'member' }],
      is_domain: false,
      issued_at: times.issuedAt,
      expires_at: times.expiresAt,
      catalog: [
        endpoint('identity', 'keystone', '/identity'),
        endpoint('compute', 'nova', '/compute/v2.1'),
        endpoint('network', 'neutron', '/network'),
        endpoint('image', 'glance', '/image'),
      ],
    },
  });
  const logIn = ({ body }: Asked): Reply => {
    const methods = checkCredentials(state, body);
    const token = tokens.issue();
    return { status: 201, body: tokenBody(methods, token), headers: { 'x-subject-token': token.id } };
  };
  const validate = ({ headers }: Asked): Reply => {
    const subject = headers['x-subject-token'];
    if (typeof subject !== 'string' || !tokens.isValid(subject))
      throw new Fault(404, 'Could not find token.');
    const times = {
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    };
    return { status: 200, body: tokenBody(['password'], times), headers: { 'x-subject-token': subject } };
  };
  return {
    name: 'keystone',
    prefix: '/identity',
    open: /^\/(v3\/?)?$|^\/v3\/auth\/tokens$/,
    error: (code, message) => ({ error: { code, message, title: code === 401 ? 'Unauthorized' : 'Error' } }),
    routes: [
      ['GET', /^\/$/, () => ({ status: 300, body: { versions: { values: [version()] } } })],
      ['GET', /^\/v3\/?$/, () => ({ status: 200, body: { version: version() } })],
      ['POST', /^\/v3\/auth\/tokens$/, logIn],
      [
        'GET',
        /^\/v3\/auth\/tokens$/,
        (asked) => {
          if (!tokens.isValid(asked.token))
            throw new Fault(401, 'The request you have made requires authentication.');
          return validate(asked);
        },
      ],
    ],
  };
}

/** The methods that were used; throws 401 as Keystone does, which does not say what was wrong. */
function checkCredentials(state: CloudState, body: unknown): readonly string[] {
  const auth = objectAt(body, 'auth');
  const identity = objectAt(auth, 'identity');
  const methods = identity['methods'];
  if (Array.isArray(methods) && methods[0] === 'password') {
    const user = objectAt(objectAt(identity, 'password'), 'user');
    if ((user['name'] === 'demo' || user['id'] === state.userId) && user['password'] === state.password)
      return ['password'];
  }
  if (Array.isArray(methods) && methods[0] === 'application_credential') {
    const { id, secret } = objectAt(identity, 'application_credential');
    if (id === state.applicationCredential.id && secret === state.applicationCredential.secret)
      return ['application_credential'];
  }
  throw new Fault(401, 'The request you have made requires authentication.');
}
