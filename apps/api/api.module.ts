import type { DynamicModule } from '@nestjs/common';
import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { Runtime } from '#runtime';
import { AccessGuard } from './access.guard.ts';
import { Authentication } from './authentication.ts';
import { BrokersController } from './brokers/brokers.controller.ts';
import { Launches } from './brokers/launches.ts';
import { CloudController } from './cloud/cloud.controller.ts';
import { DoctorController } from './doctor/doctor.controller.ts';
import { EventStreams } from './events/event-streams.ts';
import { EventsController } from './events/events.controller.ts';
import { FirehoseAddress, FirehoseController } from './firehose/firehose.controller.ts';
import { HealthController } from './health.controller.ts';
import { Idempotency } from './idempotency.ts';
import { JobEventStreams } from './jobs/job-event-streams.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { KeystoneCallers } from './keystone-callers.ts';
import { MeController } from './me/me.controller.ts';
import { ProblemFilter, toProblem } from './problem.filter.ts';
import { SignInController } from './sign-in/sign-in.controller.ts';
import { DeliveriesController } from './webhooks/deliveries.controller.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';
import { TenantsController } from './tenants/tenants.controller.ts';
import { TokensController } from './tokens/tokens.controller.ts';
import { WorkerPoolsController } from './worker-pools/worker-pools.controller.ts';
import { WorkersController } from './workers/workers.controller.ts';
import { WorkQueuesController } from './work-queues/work-queues.controller.ts';

/** Every resource. */
export const controllers = [
  BrokersController,
  JobsController,
  EventsController,
  WebhooksController,
  DeliveriesController,
  CloudController,
  DoctorController,
  FirehoseController,
  HealthController,
  MeController,
  SignInController,
  TenantsController,
  TokensController,
  WorkerPoolsController,
  WorkersController,
  WorkQueuesController,
];

/** What the API is made of: one runtime, one filter, one pipe, one guard. */
@Module({})
export class ApiModule {
  /** The API over a runtime that is open already. */
  static over(
    runtime: Runtime,
    streams: { readonly jobs: JobEventStreams; readonly events: EventStreams },
    access: {
      token: string;
      secretKey: Buffer;
      adminProject: string | undefined;
      webhookAllow: readonly string[];
      firehose: string | undefined;
    },
  ): DynamicModule {
    const keystone = new KeystoneCallers(runtime.log, runtime.world.cloud.keystone, access.adminProject);
    return {
      module: ApiModule,
      controllers: [...controllers],
      providers: [
        { provide: Runtime, useValue: runtime },
        { provide: JobEventStreams, useValue: streams.jobs },
        { provide: EventStreams, useValue: streams.events },
        { provide: Webhooks, useValue: new Webhooks(runtime, access.secretKey, access.webhookAllow) },
        { provide: Authentication, useValue: new Authentication(runtime.log, access.token, keystone) },
        { provide: KeystoneCallers, useValue: keystone },
        { provide: FirehoseAddress, useValue: new FirehoseAddress(access.firehose) },
        { provide: Idempotency, useValue: new Idempotency(runtime.log, access.secretKey) },
        { provide: Launches, useValue: new Launches(runtime) },
        { provide: APP_FILTER, useValue: new ProblemFilter(runtime.logger, runtime.metrics) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe({ exceptionFactory: toProblem }) },
      ],
    };
  }
}
