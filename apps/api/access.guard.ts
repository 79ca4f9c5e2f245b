import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '#platform';
import type { Role } from '#tenants';
import { suffices } from '#tenants';
import type { Request } from 'express';
import { Authentication } from './authentication.ts';
import type { Caller } from './caller.ts';
import { ACCESS } from './caller.ts';

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
