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
import type { Webhook } from '#notify';
import {
  changeWebhook,
  checkSecret,
  checkTarget,
  checkTypes,
  createWebhook,
  deleteWebhook,
  findWebhook,
  rotateSecret,
  testWebhook,
} from '#notify';
import { Runtime } from '#runtime';
import type { Response } from 'express';
import type { Answer } from '../idempotency.ts';
import { send } from '../answer.ts';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { Idempotency } from '../idempotency.ts';
import { page, readCursor } from '../paging.ts';
import { ChangeWebhook, CreateWebhook, ListWebhooks, RotateSecret } from './requests.ts';
import { webhookView } from './views.ts';
import { Webhooks } from './webhooks.ts';
import { Answers } from '../open-api.ts';
import { WebhookPage, WebhookSecretsShown, WebhookShown, WebhookTested } from './answers.ts';

@ApiTags('webhooks')
@Access('reader')
@Controller('v1/webhooks')
export class WebhooksController {
  private readonly runtime: Runtime;
  private readonly webhooks: Webhooks;
  private readonly idempotency: Idempotency;

  constructor(runtime: Runtime, webhooks: Webhooks, idempotency: Idempotency) {
    this.runtime = runtime;
    this.webhooks = webhooks;
    this.idempotency = idempotency;
  }

  @Post()
  @Access('member')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Create a webhook',
    description: 'Its secret is at …/secret. Whatever happens from now on is posted to it.',
  })
  @Answers(201, WebhookShown)
  async create(
    @Body({ schema: CreateWebhook }) request: CreateWebhook,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const asked = { key, route: 'POST /v1/webhooks', body: request };
    const answer = await this.idempotency.once(caller, asked, async (remember) => {
      const { secret, ...settings } = request;
      checkTypes(settings.types);
      if (secret !== undefined) checkSecret(secret);
      const url = await checkTarget(this.webhooks.guard, settings.url);
      const made = await createWebhook(
        this.webhooks.world,
        caller.tenant,
        { ...settings, url },
        secret,
        (webhook) => remember(created(webhook)),
      );
      return made === 'conflict' ? 'conflict' : created(made);
    });
    return send(response, answer);
  }

  @Get()
  @ApiOperation({ summary: 'List webhooks', description: 'Newest first, without the callbacks of jobs.' })
  @Answers(200, WebhookPage)
  async list(@Query({ schema: ListWebhooks }) query: ListWebhooks, @CallerParam() caller: Caller) {
    const { rows } = await this.runtime.pool.query<{ id: string; state: Webhook; created_at: Date }>(
      `select id, state, created_at from warrener.webhook_view
       where tenant = $1 and status <> 'deleted' and ${query.job === undefined ? 'job is null and $2::text is null' : 'job = $2'}
         and ($3::text is null or id < $3)
       order by id desc limit $4`,
      [caller.tenant, query.job ?? null, readCursor(query.cursor) ?? null, query.limit + 1],
    );
    return page(rows, query.limit, (row) => ({
      ...webhookView(row.state),
      created_at: row.created_at.toISOString(),
    }));
  }

  @Get(':webhook')
  @ApiOperation({ summary: 'Show a webhook' })
  @Answers(200, WebhookShown)
  async show(@Param('webhook') id: string, @CallerParam() caller: Caller) {
    return webhookView((await findWebhook(this.webhooks.world, caller.tenant, id)).state);
  }

  @Patch(':webhook')
  @Access('member')
  @ApiOperation({
    summary: 'Change a webhook',
    description: 'What is not named stays. A disabled webhook is called again.',
  })
  @Answers(200, WebhookShown)
  async change(
    @Param('webhook') id: string,
    @Body({ schema: ChangeWebhook }) request: ChangeWebhook,
    @CallerParam() caller: Caller,
  ) {
    const { world, guard } = this.webhooks;
    await findWebhook(world, caller.tenant, id);
    if (request.types !== undefined) checkTypes(request.types);
    const url = request.url === undefined ? undefined : await checkTarget(guard, request.url);
    const named = Object.fromEntries(
      Object.entries({ ...request, url }).filter(([, value]) => value !== undefined),
    );
    return webhookView(await changeWebhook(world, caller.tenant, id, named));
  }

  @Delete(':webhook')
  @Access('member')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a webhook', description: 'Nothing more is sent, not even what is owed.' })
  @Answers(204, null)
  async delete(@Param('webhook') id: string, @CallerParam() caller: Caller): Promise<void> {
    await deleteWebhook(this.webhooks.world, caller.tenant, id);
  }

  @Get(':webhook/secret')
  @Access('member')
  @ApiOperation({
    summary: 'The secrets that sign the deliveries',
    description: 'The newest first; during a rotation there are two.',
  })
  @Answers(200, WebhookSecretsShown)
  async secret(@Param('webhook') id: string, @CallerParam() caller: Caller) {
    await findWebhook(this.webhooks.world, caller.tenant, id);
    const secrets = await this.webhooks.world.secrets.of(id);
    return {
      secret: secrets[0]?.secret ?? null,
      secrets: secrets.map(({ secret, expiresAt }) => ({ secret, expires_at: expiresAt })),
    };
  }

  @Post(':webhook/rotate-secret')
  @Access('member')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign with a new secret',
    description: 'For 24 hours deliveries are signed with the one before as well.',
  })
  @Answers(200, WebhookShown)
  async rotate(
    @Param('webhook') id: string,
    @Body({ schema: RotateSecret }) request: RotateSecret,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const asked = { key, route: `rotate ${id}`, body: request };
    const answer = await this.idempotency.after(caller, asked, async () => {
      if (request.secret !== undefined) checkSecret(request.secret);
      const webhook = await rotateSecret(this.webhooks.world, caller.tenant, id, request.secret);
      return { status: 200, location: `/v1/webhooks/${id}/secret`, body: webhookView(webhook) };
    });
    return send(response, answer);
  }

  @Post(':webhook/test')
  @Access('member')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send a test event', description: 'Answers with its id; see the deliveries.' })
  @Answers(202, WebhookTested)
  async test(
    @Param('webhook') id: string,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const answer = await this.idempotency.after(
      caller,
      { key, route: `test ${id}`, body: null },
      async () => {
        const event = await testWebhook(this.webhooks.world, caller.tenant, id);
        return { status: 202, location: `/v1/webhooks/${id}/deliveries`, body: { event_id: event } };
      },
    );
    return send(response, answer);
  }
}

const created = (webhook: Webhook): Answer => ({
  status: 201,
  location: `/v1/webhooks/${webhook.id}`,
  body: webhookView(webhook),
});
