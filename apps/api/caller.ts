import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { createParamDecorator, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '#platform';
import type { Role } from '#tenants';
import { suffices } from '#tenants';
import type { Request } from 'express';
import { Authentication } from './authentication.ts';

/** Who calls. */
export interface Caller {
  readonly tenant: string;
  /** Kept as the author of what the call changes. */
  readonly name: string;
  readonly role: Role;
}

const ACCESS = 'warrener:access';

/** The least role a route or a controller asks for; `public` needs no token. A route without is open to nobody. */
export const Access = (role: Role | 'public') => SetMetadata(ACCESS, role);

/** The caller the guard let in. */
export const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
  if (caller === undefined) throw new Error('a route without the access guard asked for its caller');
  return caller;
});

/** Lets in whose role suffices for the route. What belongs to another tenant is for the routes to not find. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly authentication: Authentication;
  private readonly reflector: Reflector;

  constructor(authentication: Authentication, reflector: Reflector) {
    this.authentication = authentication;
    this.reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    const needed = this.reflector.getAllAndOverride<Role | 'public' | undefined>(ACCESS, places);
    if (needed === 'public') return true;
    const request = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
    const caller = await this.authentication.callerOf(request.headers);
    if (needed === undefined || !suffices(caller.role, needed))
      throw new Problem(
        'forbidden',
        needed === undefined
          ? 'This route says for whom it is: for nobody.'
          : `This needs the role ${needed}; your token has ${caller.role}.`,
      );
    request.caller = caller;
    return true;
  }
}
