import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  findDelivery,
  findWebhook,
  listDeliveries,
  ordinaryRetries,
  replayDelivery,
  replayPeriod,
} from '#notify';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import type { Response } from 'express';
import { send } from '../answer.ts';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { Idempotency } from '../idempotency.ts';
import { page, readCursor } from '../paging.ts';
import { ListDeliveries, ReplayPeriod } from './requests.ts';
import { attemptView, deliveryView } from './views.ts';
import { Webhooks } from './webhooks.ts';
import { Answers } from '../open-api.ts';
import { DeliveryDetail, DeliveryPage, DeliveryReplayed, PeriodReplayed } from './answers.ts';

@ApiTags('webhooks')
@Access('reader')
@Controller('v1/webhooks/:webhook')
export class DeliveriesController {
  private readonly runtime: Runtime;
  private readonly webhooks: Webhooks;
  private readonly idempotency: Idempotency;

  constructor(runtime: Runtime, webhooks: Webhooks, idempotency: Idempotency) {
    this.runtime = runtime;
    this.webhooks = webhooks;
    this.idempotency = idempotency;
  }

  @Get('deliveries')
  @ApiOperation({
    summary: 'List deliveries',
    description: 'Newest first. Settled ones are kept for 30 days.',
  })
  @Answers(200, DeliveryPage)
  async list(
    @Param('webhook') id: string,
    @Query({ schema: ListDeliveries }) query: ListDeliveries,
    @CallerParam() caller: Caller,
  ) {
    await findWebhook(this.webhooks.world, caller.tenant, id);
    const before = readCursor(query.cursor);
    const wanted = { limit: query.limit, before, status: query.status };
    return page(await listDeliveries(this.runtime.pool, id, wanted), query.limit, deliveryView);
  }

  @Get('deliveries/:delivery')
  @ApiOperation({
    summary: 'Show a delivery',
    description: 'What is sent, and every attempt with the first KiB of its answer.',
  })
  @Answers(200, DeliveryDetail)
  async show(
    @Param('webhook') id: string,
    @Param('delivery') deliveryId: string,
    @CallerParam() caller: Caller,
  ) {
    await findWebhook(this.webhooks.world, caller.tenant, id);
    const delivery = await findDelivery(this.runtime.pool, id, deliveryId);
    return {
      ...deliveryView(delivery),
      event: JSON.parse(delivery.body) as unknown,
      tried: delivery.tried.map(attemptView),
    };
  }

  @Post('deliveries/:delivery/replay')
  @Access('member')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send a delivery again', description: 'With the same id.' })
  @Answers(202, DeliveryReplayed)
  async replay(
    @Param('webhook') id: string,
    @Param('delivery') deliveryId: string,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const asked = { key, route: `replay ${id} ${deliveryId}`, body: null };
    const answer = await this.idempotency.after(caller, asked, async () => {
      await this.#callable(id, caller);
      await replayDelivery(this.runtime.pool, id, deliveryId, ordinaryRetries.giveUpAfterMs);
      const location = `/v1/webhooks/${id}/deliveries/${deliveryId}`;
      return { status: 202, location, body: { id: deliveryId, status: 'pending' } };
    });
    return send(response, answer);
  }

  @Post('replay')
  @Access('member')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send a period again',
    description: 'Everything that happened in it, in order and with the same ids; 30 days back at most.',
  })
  @Answers(202, PeriodReplayed)
  async replayPeriod(
    @Param('webhook') id: string,
    @Body({ schema: ReplayPeriod }) request: ReplayPeriod,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const asked = { key, route: `replay ${id}`, body: request };
    const answer = await this.idempotency.after(caller, asked, async () => {
      await this.#callable(id, caller);
      const from = new Date(request.from);
      const to = request.to === undefined ? new Date() : new Date(request.to);
      if (from >= to)
        throw new Problem('invalid-request', 'to: expected a time after from.', {
          errors: [{ field: 'to', message: 'expected a time after from' }],
        });
      const period = { from, to, failedOnly: request.failed_only };
      const deliveries = await replayPeriod(this.runtime.pool, id, period, ordinaryRetries.giveUpAfterMs);
      return { status: 202, location: `/v1/webhooks/${id}/deliveries`, body: { deliveries } };
    });
    return send(response, answer);
  }

  /** @throws Problem `conflict` where nothing would be sent */
  async #callable(id: string, caller: Caller): Promise<void> {
    const { state } = await findWebhook(this.webhooks.world, caller.tenant, id);
    if (state.status === 'disabled')
      throw new Problem('conflict', `Webhook ${id} is disabled; change it first, then replay.`);
  }
}
