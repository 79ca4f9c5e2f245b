import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { parsePriorityList } from '#dispatch';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import { loadPool, PoolView, setPool } from '#tenants';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { page, readCursor } from '../paging.ts';
import { ListPage } from '../tenants/requests.ts';
import { POOL_NAME, SetPool } from './requests.ts';
import { Answers } from '../open-api.ts';
import { PoolPage, PoolShown } from './answers.ts';

@ApiTags('workers')
@Access('admin')
@Controller('v1/worker-pools')
export class WorkerPoolsController {
  private readonly runtime: Runtime;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  @Get()
  @ApiOperation({ summary: 'List worker pools', description: 'The configured ones, by name.' })
  @Answers(200, PoolPage)
  async list(@Query({ schema: ListPage }) query: ListPage) {
    const rows = this.runtime.dataSource
      .getRepository(PoolView)
      .createQueryBuilder('pool')
      .where('pool.configured')
      .orderBy('pool.name', 'ASC')
      .limit(query.limit + 1);
    const after = readCursor(query.cursor, POOL_NAME);
    if (after !== undefined) rows.andWhere('pool.name > :after', { after });
    const found = (await rows.getMany()).map(({ name, state }) => ({ id: name, state }));
    return page(found, query.limit, ({ id, state }) => this.#view(id, state.priorities ?? ''));
  }

  @Get(':pool')
  @ApiOperation({ summary: 'Show a worker pool', description: 'Its list, and the workers that are alive.' })
  @Answers(200, PoolShown)
  async show(@Param('pool') name: string) {
    const pool = POOL_NAME.test(name) ? await loadPool(this.runtime.log, name) : undefined;
    if (pool === undefined) throw notFound(name);
    return this.#view(name, pool.priorities);
  }

  @Put(':pool')
  @ApiOperation({
    summary: 'Configure a worker pool',
    description:
      'Running workers of the pool follow at once. One that was started with QUEUE_PRIORITY keeps that list: the answer ' +
      'names it in overridden_by_environment.',
  })
  @Answers(200, PoolShown)
  async set(
    @Param('pool') name: string,
    @Body({ schema: SetPool }) { priorities }: SetPool,
    @CallerParam() caller: Caller,
  ) {
    if (!POOL_NAME.test(name))
      throw invalid('pool', 'expected 1 to 63 of a-z, 0-9 and "-", none of the latter first or last');
    try {
      parsePriorityList(priorities);
    } catch (error) {
      throw invalid('priorities', error instanceof Error ? error.message : String(error));
    }
    await setPool(this.runtime.log, name, priorities, caller.name);
    await this.runtime.workers.poolChanged(name, priorities);
    return this.#view(name, priorities);
  }

  @Delete(':pool')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Forget a worker pool',
    description: 'Its workers go back to the default list, or to QUEUE_PRIORITY.',
  })
  @Answers(204, null)
  async remove(@Param('pool') name: string, @CallerParam() caller: Caller): Promise<void> {
    const changed = POOL_NAME.test(name) && (await setPool(this.runtime.log, name, null, caller.name));
    if (!changed) throw notFound(name);
    await this.runtime.workers.poolChanged(name, null);
  }

  #view(name: string, priorities: string) {
    const workers = this.runtime.workers.alive().filter(({ pool }) => pool === name);
    return {
      name,
      priorities,
      workers: workers.map(({ worker, priority, state }) => ({ name: worker, priorities: priority, state })),
      overridden_by_environment: workers.filter(({ fixed }) => fixed).map(({ worker }) => worker),
    };
  }
}

const notFound = (name: string): Problem =>
  new Problem('not-found', `The worker pool "${name.slice(0, 64)}" is not configured.`);

const invalid = (field: string, message: string): Problem =>
  new Problem('invalid-request', `${field}: ${message}.`, { errors: [{ field, message }] });
