import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { BrokerView } from '#brokers';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import type { Tenant } from '#tenants';
import { changeTenant, createTenant, DEFAULT_TENANT, deleteTenant, loadTenant, TenantView } from '#tenants';
import type { Response } from 'express';
import { send } from '../answer.ts';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { Answer } from '../idempotency.ts';
import { Idempotency } from '../idempotency.ts';
import { page, readCursor } from '../paging.ts';
import { refuseUnconsumed } from '../work-queues/work-queues.ts';
import { ChangeTenant, CreateTenant, ListPage, TENANT_ID } from './requests.ts';
import { tenantView } from './views.ts';
import { Answers } from '../open-api.ts';
import { TenantPage, TenantShown } from './answers.ts';

@ApiTags('tenants')
@Access('admin')
@Controller('v1/tenants')
export class TenantsController {
  private readonly runtime: Runtime;
  private readonly idempotency: Idempotency;

  constructor(runtime: Runtime, idempotency: Idempotency) {
    this.runtime = runtime;
    this.idempotency = idempotency;
  }

  @Get()
  @ApiOperation({ summary: 'List tenants', description: 'By id.' })
  @Answers(200, TenantPage)
  async list(@Query({ schema: ListPage }) query: ListPage) {
    const rows = this.runtime.dataSource
      .getRepository(TenantView)
      .createQueryBuilder('tenant')
      .where('not tenant.deleted')
      .orderBy('tenant.id', 'ASC')
      .limit(query.limit + 1);
    const after = readCursor(query.cursor, TENANT_ID);
    if (after !== undefined) rows.andWhere('tenant.id > :after', { after });
    return page(await rows.getMany(), query.limit, (row) => ({
      ...tenantView(row.state),
      created_at: row.created_at.toISOString(),
    }));
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Create a tenant' })
  @Answers(201, TenantShown)
  async create(
    @Body({ schema: CreateTenant }) request: CreateTenant,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { id, force, ...settings } = request;
    if (!force) await refuseUnconsumed(this.runtime, settings.queues ?? {});
    const asked = { key, route: 'POST /v1/tenants', body: request };
    const answer = await this.idempotency.once(caller, asked, async (remember) => {
      const made = await createTenant(this.runtime.log, id, settings, caller.name, (tenant) =>
        remember(created(tenant)),
      );
      return made === 'conflict' ? 'conflict' : created(made);
    });
    return send(response, answer);
  }

  @Get(':tenant')
  @ApiOperation({ summary: 'Show a tenant' })
  @Answers(200, TenantShown)
  async show(@Param('tenant') id: string) {
    return tenantView(await tenantOf(this.runtime, id));
  }

  @Patch(':tenant')
  @ApiOperation({
    summary: 'Change a tenant',
    description: 'What is left out stays, down to the single queue.',
  })
  @Answers(200, TenantShown)
  async change(
    @Param('tenant') id: string,
    @Body({ schema: ChangeTenant }) { force, ...change }: ChangeTenant,
    @CallerParam() caller: Caller,
  ) {
    await tenantOf(this.runtime, id);
    if (!force) await refuseUnconsumed(this.runtime, change.queues ?? {});
    return tenantView(await changeTenant(this.runtime.log, id, change, caller.name));
  }

  @Delete(':tenant')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a tenant',
    description: 'One without brokers. Its tokens open nothing any more.',
  })
  @Answers(204, null)
  async delete(@Param('tenant') id: string, @CallerParam() caller: Caller): Promise<void> {
    await tenantOf(this.runtime, id);
    if (id === DEFAULT_TENANT)
      throw new Problem('conflict', 'This tenant is the installation’s own and stays.');
    const brokers = await this.runtime.dataSource
      .getRepository(BrokerView)
      .createQueryBuilder('broker')
      .where('broker.tenant = :id', { id })
      .andWhere(`broker.status <> 'deleted'`)
      .getCount();
    if (brokers > 0)
      throw new Problem('conflict', `Tenant "${id}" has ${brokers} broker(s); delete them first.`);
    await deleteTenant(this.runtime.log, id, caller.name);
  }
}

/** @throws Problem `not-found` */
export async function tenantOf(runtime: Runtime, id: string): Promise<Tenant> {
  const tenant = TENANT_ID.test(id) ? await loadTenant(runtime.log, id) : undefined;
  if (tenant === undefined) throw new Problem('not-found', `There is no tenant "${id.slice(0, 64)}".`);
  return tenant;
}

const created = (tenant: Tenant): Answer => ({
  status: 201,
  location: `/v1/tenants/${tenant.id}`,
  body: tenantView(tenant),
});
