import type { DynamicModule } from '@nestjs/common';
import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { Runtime } from '#runtime';
import { BrokersController } from './brokers/brokers.controller.ts';
import { AccessGuard, AccessToken } from './caller.ts';
import { CloudController } from './cloud/cloud.controller.ts';
import { DoctorController } from './doctor/doctor.controller.ts';
import { EventStreams } from './events/event-streams.ts';
import { EventsController } from './events/events.controller.ts';
import { HealthController } from './health.controller.ts';
import { Idempotency } from './idempotency.ts';
import { JobEventStreams } from './jobs/job-event-streams.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { ProblemFilter, toProblem } from './problem.filter.ts';
import { DeliveriesController } from './webhooks/deliveries.controller.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

/** What the API is made of: one runtime, one token, one filter, one pipe, one guard. */
@Module({})
export class ApiModule {
  /** The API over a runtime that is open already. */
  static over(
    runtime: Runtime,
    streams: { readonly jobs: JobEventStreams; readonly events: EventStreams },
    access: { token: string; secretKey: Buffer; webhookAllow: readonly string[] },
  ): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        BrokersController,
        JobsController,
        EventsController,
        WebhooksController,
        DeliveriesController,
        CloudController,
        DoctorController,
        HealthController,
      ],
      providers: [
        { provide: Runtime, useValue: runtime },
        { provide: JobEventStreams, useValue: streams.jobs },
        { provide: EventStreams, useValue: streams.events },
        { provide: Webhooks, useValue: new Webhooks(runtime, access.secretKey, access.webhookAllow) },
        { provide: AccessToken, useValue: new AccessToken(access.token) },
        { provide: Idempotency, useValue: new Idempotency(runtime.log, access.secretKey) },
        { provide: APP_FILTER, useValue: new ProblemFilter(runtime.logger) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe({ exceptionFactory: toProblem }) },
      ],
    };
  }
}
