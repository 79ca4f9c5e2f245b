import { createStore } from './store.ts';
import type { components } from './schema.ts';

type Me = components['schemas']['Me'];
export type Role = Me['role'];

/** A way in: a token, and what it stands for. */
export interface Session extends Me {
  /** Which header takes the token: ours or Keystone's. */
  readonly kind: 'token' | 'keystone';
  readonly token: string;
  /** What people call the tenant. */
  readonly project: string;
}

const KEY = 'warrener.sessions';

/**
 * The projects one is signed in to, the one that is looked at first. They lie in sessionStorage: a reload keeps them,
 * closing the tab forgets them, no other tab sees them, and no browser sends them by itself, as it would a cookie. What
 * could read them is a script on this page, and the Content-Security-Policy lets in none but ours.
 */
export const sessions = createStore<readonly Session[]>(readStored());

/** The project that is looked at; undefined while nobody is signed in. */
export const currentSession = (): Session | undefined => sessions.get()[0];

function readStored(): readonly Session[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as readonly Session[];
  } catch {
    return [];
  }
}

function keep(next: readonly Session[]): void {
  if (next.length === 0) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(next));
  sessions.set(next);
}

const isSame = (one: Session, other: Session): boolean =>
  one.tenant === other.tenant && one.name === other.name && one.role === other.role;

/** Signs in, or goes over to a project one is signed in to. */
export function enter(session: Session): void {
  keep([session, ...sessions.get().filter((other) => !isSame(other, session))]);
}

/** Forgets one token; where others are left, one of those is looked at. */
export function leave(session: Session): void {
  keep(sessions.get().filter(({ token }) => token !== session.token));
}

/** The header that says who calls. */
export const credentialOf = ({ kind, token }: Pick<Session, 'kind' | 'token'>): readonly [string, string] =>
  kind === 'keystone' ? ['x-auth-token', token] : ['authorization', `Bearer ${token}`];

const ranks: readonly Role[] = ['reader', 'member', 'admin'];

/** Whether a role is enough where another is asked for. */
export const suffices = (has: Role, needs: Role): boolean => ranks.indexOf(has) >= ranks.indexOf(needs);
