import type { Role } from './access.ts';

/** The facts of an API token. Its secret is not among them: `hash` is SHA-256 of 256 random bits. */
export type TokenEvent =
  | {
      readonly type: 'TokenIssued';
      readonly token: string;
      readonly name: string;
      readonly role: Role;
      readonly hash: string;
      /** RFC 3339 UTC. */
      readonly expires_at: string;
    }
  | { readonly type: 'TokenRevoked' };

/** A token, as its events fold. */
export type Token = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly hash: string;
  readonly expires_at: string;
  readonly revoked: boolean;
};

/** Null before it was issued. */
export type TokenState = Token | null;

export const initialToken = (): TokenState => null;

/** The state after an event. */
export function evolveToken(token: TokenState, event: TokenEvent): TokenState {
  switch (event.type) {
    case 'TokenIssued': {
      const { type, token: id, ...facts } = event;
      return { id, ...facts, revoked: false };
    }
    case 'TokenRevoked':
      return token === null ? null : { ...token, revoked: true };
  }
}

/** Revoking twice is harmless. */
export const decideRevoke = (token: Token): readonly TokenEvent[] =>
  token.revoked ? [] : [{ type: 'TokenRevoked' }];

/** Whether it opens anything at that moment (milliseconds since 1970). */
export const isGood = (token: Token, now: number): boolean =>
  !token.revoked && now < Date.parse(token.expires_at);
