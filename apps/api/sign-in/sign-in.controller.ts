import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '#platform';
import type { Request } from 'express';
import { Access } from '../caller.ts';
import { KeystoneCallers } from '../keystone-callers.ts';
import { Answers } from '../open-api.ts';
import { SignedIn } from '../tenants/answers.ts';
import { Attempts } from './attempts.ts';
import { SignIn } from './requests.ts';

/** Attempts an address has within a minute; Keystone's own lock-out counts by user. */
const ATTEMPTS_A_MINUTE = 20;

@ApiTags('tenants')
@Controller('v1/sign-in')
export class SignInController {
  private readonly keystone: KeystoneCallers;
  private readonly attempts = new Attempts(ATTEMPTS_A_MINUTE);

  constructor(keystone: KeystoneCallers) {
    this.keystone = keystone;
  }

  @Post()
  @Access('public')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in by Keystone',
    description:
      'Answers a token of Keystone’s for the project, to be presented as X-Auth-Token. Twenty attempts a minute by address.',
  })
  @Answers(200, SignedIn)
  async signIn(
    @Body({ schema: SignIn }) { user, domain, password, project }: SignIn,
    @Req() request: Request,
  ) {
    const waitMs = this.attempts.take(request.ip ?? '', Date.now());
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1_000);
      throw new Problem('rate-limited', `Too many attempts to sign in; try again in ${seconds} s.`, {
        headers: { 'retry-after': String(seconds) },
      });
    }
    const within = { domain: { name: domain } };
    const signedIn = await this.keystone.signIn({
      type: 'password',
      user: { name: user, ...within },
      password,
      project: { name: project, ...within },
    });
    if (signedIn === undefined)
      throw new Problem(
        'unauthorized',
        'Keystone does not let you in: check user, password, domain and project.',
      );
    const { token, expiresAt, caller } = signedIn;
    return {
      token,
      expires_at: expiresAt.toISOString(),
      tenant: caller.tenant,
      project: signedIn.project,
      name: caller.name,
      role: caller.role,
    };
  }
}
