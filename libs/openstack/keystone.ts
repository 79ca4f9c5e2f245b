import type { CloudAccess, Credential } from './access.ts';
import { errorOfAnswer } from './errors.ts';
import type { Http } from './http.ts';
import type { Session } from './session.ts';
import { authBody, header } from './session.ts';

/** What Keystone says of somebody's token. */
export interface KnownToken {
  readonly user: string;
  /** Null for a token that is for no project. */
  readonly project: { readonly id: string; readonly name: string } | null;
  readonly roles: readonly string[];
  readonly expiresAt: Date;
}

/** As much of Keystone as is needed to know who calls us. */
export class Keystone {
  readonly #access: CloudAccess;
  readonly #http: Http;
  readonly #session: Session;

  constructor(access: CloudAccess, http: Http, session: Session) {
    this.#access = access;
    this.#http = http;
    this.#session = session;
  }

  /**
   * What a token stands for; null where it is none, or none any more.
   *
   * @throws CloudError where Keystone cannot be asked, or does not let us
   * @see https://docs.openstack.org/api-ref/identity/v3/#validate-and-show-information-for-token
   */
  async validate(token: string): Promise<KnownToken | null> {
    const own = await this.#session.token();
    let answer = await this.#ask(own, token);
    if (answer.status === 401) {
      this.#session.forget(own); // ours may be what is no good any more
      answer = await this.#ask(await this.#session.token(), token);
    }
    if (answer.status === 404) return null;
    if (answer.status !== 200)
      throw errorOfAnswer({
        service: 'keystone',
        method: 'GET',
        what: 'validate a token',
        status: answer.status,
        body: answer.body,
        requestId: header(answer.headers, 'x-openstack-request-id'),
        retryAfter: header(answer.headers, 'retry-after'),
      });
    const { token: known } = answer.body as {
      token: {
        expires_at: string;
        user: { id: string; name?: string };
        project?: { id: string; name: string };
        roles?: readonly { name: string }[];
      };
    };
    return {
      user: known.user.name ?? known.user.id,
      project: known.project === undefined ? null : { id: known.project.id, name: known.project.name },
      roles: (known.roles ?? []).map(({ name }) => name),
      expiresAt: new Date(known.expires_at),
    };
  }

  /**
   * A token of somebody's own, for a project; null where Keystone does not let them in, which does not say why.
   *
   * @throws CloudError where Keystone cannot be asked
   * @see https://docs.openstack.org/api-ref/identity/v3/#password-authentication-with-scoped-authorization
   */
  async logIn(credential: Credential): Promise<string | null> {
    const url = `${this.#access.authUrl}/auth/tokens?nocatalog`;
    const answer = await this.#http.request('keystone', 'POST', url, {
      headers: {},
      body: authBody(credential),
    });
    if (answer.status === 401) return null;
    const token = header(answer.headers, 'x-subject-token');
    if (answer.status === 201 && token !== null) return token;
    throw errorOfAnswer({
      service: 'keystone',
      method: 'GET', // a token more or less changes nothing
      what: 'log in',
      status: answer.status,
      body: answer.body,
      requestId: header(answer.headers, 'x-openstack-request-id'),
      retryAfter: header(answer.headers, 'retry-after'),
    });
  }

  #ask(own: string, subject: string) {
    return this.#http.request('keystone', 'GET', `${this.#access.authUrl}/auth/tokens?nocatalog`, {
      headers: { 'x-auth-token': own, 'x-subject-token': subject },
    });
  }
}
