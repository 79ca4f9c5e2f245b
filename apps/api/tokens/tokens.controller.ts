import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import type { Token } from '#tenants';
import { issueToken, revokeToken, TokenView } from '#tenants';
import type { Response } from 'express';
import { send } from '../answer.ts';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { Answer } from '../idempotency.ts';
import { Idempotency } from '../idempotency.ts';
import { page, readCursor } from '../paging.ts';
import { IssueToken, ListPage } from '../tenants/requests.ts';
import { tenantOf } from '../tenants/tenants.controller.ts';
import { tokenView } from '../tenants/views.ts';
import { Answers } from '../open-api.ts';
import { TokenIssued, TokenPage } from '../tenants/answers.ts';

/** How long a token is good where nothing else is asked for, milliseconds. */
const LIFE_MS = 90 * 24 * 3_600_000;

@ApiTags('tenants')
@Access('admin')
@Controller('v1/tenants/:tenant/tokens')
export class TokensController {
  private readonly runtime: Runtime;
  private readonly idempotency: Idempotency;

  constructor(runtime: Runtime, idempotency: Idempotency) {
    this.runtime = runtime;
    this.idempotency = idempotency;
  }

  @Get()
  @ApiOperation({
    summary: 'List the tokens of a tenant',
    description: 'Newest first, revoked ones included.',
  })
  @Answers(200, TokenPage)
  async list(@Param('tenant') tenant: string, @Query({ schema: ListPage }) query: ListPage) {
    await tenantOf(this.runtime, tenant);
    const rows = this.runtime.dataSource
      .getRepository(TokenView)
      .createQueryBuilder('token')
      .where('token.tenant = :tenant', { tenant })
      .orderBy('token.id', 'DESC')
      .limit(query.limit + 1);
    const before = readCursor(query.cursor);
    if (before !== undefined) rows.andWhere('token.id < :before', { before });
    return page(await rows.getMany(), query.limit, (row) => ({
      ...tokenView(row.state, tenant),
      created_at: row.created_at.toISOString(),
    }));
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Issue a token',
    description:
      'The answer alone shows it; nobody can look it up later. A request repeated by its Idempotency-Key is answered ' +
      'with null in its place: revoke that one and issue another.',
  })
  @Answers(201, TokenIssued)
  async issue(
    @Param('tenant') tenant: string,
    @Body({ schema: IssueToken }) request: IssueToken,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { id } = await tenantOf(this.runtime, tenant);
    const { name, role, expires_at: until } = request;
    const expiresAt = new Date(until ?? Date.now() + LIFE_MS);
    const asked = { key, route: `POST /v1/tenants/${id}/tokens`, body: request };
    const answer = await this.idempotency.once(caller, asked, async (remember) => {
      const issued = await issueToken(
        this.runtime.log,
        { tenant: id, name, role, expiresAt },
        caller.name,
        (token) => remember(answered(token, id, null)), // what is remembered is kept in the log, where no secret belongs
      );
      return issued === 'conflict' ? 'conflict' : answered(issued.token, id, issued.secret);
    });
    return send(response, answer);
  }

  @Delete(':token')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke a token',
    description: 'At once; a stream that it opened is told to its end.',
  })
  @Answers(204, null)
  async revoke(
    @Param('tenant') tenant: string,
    @Param('token') token: string,
    @CallerParam() caller: Caller,
  ): Promise<void> {
    await tenantOf(this.runtime, tenant);
    if (!/^[0-9a-f-]{36}$/.test(token))
      throw new Problem('not-found', `Tenant "${tenant}" has no token "${token.slice(0, 64)}".`);
    await revokeToken(this.runtime.log, tenant, token, caller.name);
  }
}

const answered = (token: Token, tenant: string, secret: string | null): Answer => ({
  status: 201,
  location: `/v1/tenants/${tenant}/tokens/${token.id}`,
  body: { ...tokenView(token, tenant), token: secret },
});
