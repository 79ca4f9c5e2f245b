import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import { sourceOf } from '#notify';
import type { Variables } from '#platform';
import type { Runtime } from '#runtime';
import { DEFAULT_TENANT, ensureTenant } from '#tenants';
import type { NextFunction, Request, Response } from 'express';
import { ApiModule } from './api.module.ts';
import { EventStreams } from './events/event-streams.ts';
import { JobEventStreams } from './jobs/job-event-streams.ts';
import { describeApi } from './description.ts';
import { measureInstallation, measureRequests } from './metrics.ts';
import { servePortal } from './portal.ts';
import { traceRequests } from './traces.ts';

/** What the API needs from the environment besides the runtime's variables. */
export const apiVariables = [
  'WARRENER_API_HOST',
  'WARRENER_API_PORT',
  'WARRENER_API_TOKEN',
  'WARRENER_WEBHOOK_ALLOW',
  'WARRENER_ADMIN_PROJECT',
  'MQTT_WEBSOCKET_URL',
] as const;

/** A launch fits many times over. */
const MAX_BODY = '64kb';

/** An API that listens. */
export interface ApiServer {
  /** Where it listens, `http://host:port`. */
  readonly url: string;
  /** Ends the streams, then the listener. */
  stop(): Promise<void>;
}

/** Starts the REST API over an open runtime. */
export async function startApi(
  runtime: Runtime,
  config: Pick<Variables, (typeof apiVariables)[number] | 'WARRENER_SECRET_KEY' | 'WARRENER_INSTALLATION'>,
): Promise<ApiServer> {
  const { log, logger } = runtime;
  const from = await log.end();
  const source = sourceOf(config.WARRENER_INSTALLATION);
  const streams = {
    jobs: new JobEventStreams(log, from, logger),
    events: new EventStreams({ log, from, source, logger }),
  };
  runtime.workers.start();
  await ensureTenant(runtime.log, DEFAULT_TENANT, 'Default', 'installation');
  const access = {
    token: config.WARRENER_API_TOKEN,
    adminProject: config.WARRENER_ADMIN_PROJECT,
    secretKey: Buffer.from(config.WARRENER_SECRET_KEY, 'base64'),
    webhookAllow: config.WARRENER_WEBHOOK_ALLOW,
    firehose: config.MQTT_WEBSOCKET_URL,
  };
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.over(runtime, streams, access), {
    logger: ['error', 'warn'],
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.use(traceRequests);
  app.use(measureRequests(runtime.metrics));
  measureInstallation(runtime);
  app.useBodyParser('json', { limit: MAX_BODY, strict: true });
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    next();
  });
  const document = describeApi(app);
  app.use('/v1/openapi.json', (_request: Request, response: Response) => void response.json(document));
  app.use(servePortal(access.firehose && new URL(access.firehose).origin));
  for (const stream of Object.values(streams)) {
    runtime.onCommit(() => stream.nudge());
    stream.start();
  }
  await app.listen(config.WARRENER_API_PORT, config.WARRENER_API_HOST);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  runtime.logger.info({ url }, 'the API listens');
  return {
    url,
    stop: async () => {
      await Promise.all(Object.values(streams).map((stream) => stream.stop()));
      await app.close();
    },
  };
}
