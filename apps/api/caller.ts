import { createHash, timingSafeEqual } from 'node:crypto';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { createParamDecorator, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '#platform';
import type { Request } from 'express';

/** Who calls. */
export interface Caller {
  readonly tenant: string;
  /** Kept as the author of what the call changes. */
  readonly name: string;
}

const PUBLIC = 'warrener:public';

/** Marks a route that needs no token. */
export const Public = () => SetMetadata(PUBLIC, true);

/** The caller the guard let in. */
export const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
  if (caller === undefined) throw new Error('a route without the access guard asked for its caller');
  return caller;
});

/** The token a caller must present. */
export class AccessToken {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  matches(presented: string): boolean {
    return timingSafeEqual(this.#digest, digest(presented));
  }
}

/** Lets in who presents the installation's token; all of them act for the one tenant there is. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly token: AccessToken;
  private readonly reflector: Reflector;

  constructor(token: AccessToken, reflector: Reflector) {
    this.token = token;
    this.reflector = reflector;
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.get<boolean | undefined>(PUBLIC, context.getHandler()) === true) return true;
    const request = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
    const presented = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (presented === undefined || !this.token.matches(presented)) {
      throw new Problem(
        'unauthorized',
        'Present the API token as "Authorization: Bearer …". `npm start` prints where it is kept.',
      );
    }
    request.caller = { tenant: 'default', name: 'admin' };
    return true;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
