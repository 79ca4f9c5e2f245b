import type { ExecutionContext } from '@nestjs/common';
import { createParamDecorator, SetMetadata } from '@nestjs/common';
import type { Role } from '#tenants';
import type { Request } from 'express';

/** Who calls. */
export interface Caller {
  readonly tenant: string;
  /** Kept as the author of what the call changes. */
  readonly name: string;
  readonly role: Role;
}

/** Where a route keeps whom it is for. */
export const ACCESS = 'warrener:access';

/** The least role a route or a controller asks for; `public` needs no token. A route without is open to nobody. */
export const Access = (role: Role | 'public') => SetMetadata(ACCESS, role);

/** The caller the guard let in. */
export const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
  if (caller === undefined) throw new Error('a route without the access guard asked for its caller');
  return caller;
});
