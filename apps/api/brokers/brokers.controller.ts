import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { brokerHistory, BrokerView, deleteBroker, findBroker, launchBroker, planLaunch } from '#brokers';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import type { Response } from 'express';
import type { Answer } from '../idempotency.ts';
import { send } from '../answer.ts';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { Idempotency } from '../idempotency.ts';
import { page, readCursor } from '../paging.ts';
import { Webhooks } from '../webhooks/webhooks.ts';
import { Launches } from './launches.ts';
import { DeleteBroker, LaunchBroker, ListBrokers } from './requests.ts';
import { brokerDetail, brokerView } from './views.ts';
import { Answers } from '../open-api.ts';
import { BrokerAccepted, BrokerDetail, BrokerPage } from './answers.ts';

@ApiTags('brokers')
@Access('reader')
@Controller('v1/brokers')
export class BrokersController {
  private readonly runtime: Runtime;
  private readonly idempotency: Idempotency;
  private readonly launches: Launches;
  private readonly webhooks: Webhooks;

  constructor(runtime: Runtime, idempotency: Idempotency, launches: Launches, webhooks: Webhooks) {
    this.launches = launches;
    this.runtime = runtime;
    this.idempotency = idempotency;
    this.webhooks = webhooks;
  }

  @Post()
  @Access('member')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Launch a broker',
    description: 'Answers at once with the broker and the job that launches it.',
  })
  @Answers(202, BrokerAccepted, 'Accepted; Location names the job')
  async launch(
    @Body({ schema: LaunchBroker }) request: LaunchBroker,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const asked = { key, route: 'POST /v1/brokers', body: request };
    const { world } = this.runtime;
    const { lane, callback_url: callbackUrl, ...wanted } = request;
    const launch = await this.launches.of(caller, lane);
    const planned = once(() => planLaunch(world, wanted));
    const answer = await this.idempotency.once(caller, asked, async (remember) => {
      await launch.check();
      const { plan, adminPassword } = await planned();
      const callback =
        callbackUrl === undefined
          ? undefined
          : await this.webhooks.prepareCallback(caller.tenant, callbackUrl);
      const admitted = launch.admit((room, queues) =>
        launchBroker(world, requester(caller), plan, adminPassword, queues, (made) => [
          ...room(made.broker.id),
          ...remember(accept(made, callback?.id)),
          ...(callback === undefined ? [] : [callback.creation(made.job).write]),
        ]),
      );
      const accepted = await admitted.catch(async (error: unknown) => {
        if (error instanceof Problem) await callback?.abandon(); // else it may have been appended
        throw error;
      });
      if (accepted !== 'conflict') return accept(accepted, callback?.id);
      await callback?.abandon();
      return 'conflict';
    });
    response.set(launch.headers());
    return send(response, answer);
  }

  @Get()
  @ApiOperation({
    summary: 'List brokers',
    description: 'Newest first. Deleted ones only with status=deleted.',
  })
  @Answers(200, BrokerPage)
  async list(@Query({ schema: ListBrokers }) query: ListBrokers, @CallerParam() caller: Caller) {
    const rows = this.runtime.dataSource
      .getRepository(BrokerView)
      .createQueryBuilder('broker')
      .where('broker.tenant = :tenant', { tenant: caller.tenant })
      .orderBy('broker.id', 'DESC')
      .limit(query.limit + 1);
    if (query.status === undefined) rows.andWhere(`broker.status <> 'deleted'`);
    else rows.andWhere('broker.status = :status', { status: query.status });
    if (query.name !== undefined) rows.andWhere('broker.name = :name', { name: query.name });
    const before = readCursor(query.cursor);
    if (before !== undefined) rows.andWhere('broker.id < :before', { before });
    return page(await rows.getMany(), query.limit, (row) => ({
      ...brokerView(row.state),
      created_at: row.created_at.toISOString(),
    }));
  }

  @Get(':broker')
  @ApiOperation({
    summary: 'Show a broker',
    description: 'By id or name: everything Nova tells, its history, what its steps cost.',
  })
  @Answers(200, BrokerDetail)
  async show(@Param('broker') idOrName: string, @CallerParam() caller: Caller) {
    const broker = await findBroker(this.runtime.world, caller.tenant, idOrName);
    const { history, launch } = await brokerHistory(this.runtime.world, broker);
    return brokerDetail(broker, history, launch, await this.#server(broker.serverId));
  }

  @Delete(':broker')
  @Access('member')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Delete a broker',
    description: 'By id or name, whatever state it is in. Answers at once with the job.',
  })
  @Answers(202, BrokerAccepted, 'Accepted; Location names the job')
  async delete(
    @Param('broker') idOrName: string,
    @Query({ schema: DeleteBroker }) { lane }: DeleteBroker,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { world } = this.runtime;
    const broker = await findBroker(world, caller.tenant, idOrName);
    const { queues } = await this.launches.of(caller, lane);
    const accepted = await deleteBroker(world, requester(caller), broker.id, queues, () => []);
    return send(response, accept(accepted));
  }

  async #server(id: string | null) {
    if (id === null) return { server: null, server_error: null };
    try {
      return { server: (await this.runtime.world.cloud.nova.getServer(id))?.raw ?? null, server_error: null };
    } catch (error) {
      return {
        server: null,
        server_error: error instanceof Error ? error.message : 'Nova could not be asked.',
      };
    }
  }
}

const requester = ({ tenant, name }: Caller) => ({ tenant, by: name });

/** The same promise however often it is asked for. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}

function accept(
  { broker, job }: { broker: Parameters<typeof brokerView>[0]; job: string },
  callback?: string,
): Answer {
  return {
    status: 202,
    location: `/v1/jobs/${job}`,
    body: {
      broker: brokerView(broker),
      job: { id: job, status: 'running', broker_id: broker.id },
      ...(callback === undefined ? {} : { callback: { webhook_id: callback } }),
    },
  };
}
