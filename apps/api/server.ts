import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import type { Variables } from '#platform';
import type { Runtime } from '#runtime';
import type { NextFunction, Request, Response } from 'express';
import { ApiModule } from './api.module.ts';
import { JobEventStreams } from './jobs/job-event-streams.ts';
import { describeApi } from './openapi/document.ts';
import { servePortal } from './portal.ts';

/** What the API needs from the environment besides the runtime's variables. */
export const apiVariables = ['WARRENER_API_HOST', 'WARRENER_API_PORT', 'WARRENER_API_TOKEN'] as const;

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
  config: Pick<Variables, (typeof apiVariables)[number] | 'WARRENER_SECRET_KEY'>,
): Promise<ApiServer> {
  const streams = new JobEventStreams(runtime.log, await runtime.log.end(), runtime.logger);
  const access = {
    token: config.WARRENER_API_TOKEN,
    secretKey: Buffer.from(config.WARRENER_SECRET_KEY, 'base64'),
  };
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.over(runtime, streams, access), {
    logger: ['error', 'warn'],
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.useBodyParser('json', { limit: MAX_BODY, strict: true });
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    next();
  });
  const document = describeApi(app);
  app.use('/v1/openapi.json', (_request: Request, response: Response) => void response.json(document));
  app.use(servePortal());
  runtime.onCommit(() => streams.nudge());
  streams.start();
  await app.listen(config.WARRENER_API_PORT, config.WARRENER_API_HOST);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  runtime.logger.info({ url }, 'the API listens');
  return {
    url,
    stop: async () => {
      await streams.stop();
      await app.close();
    },
  };
}
