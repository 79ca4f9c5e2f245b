import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Runtime } from '#runtime';
import type { StepMessage } from '#workflow';
import { z } from 'zod';

const Step = z.object({ job: z.uuid(), step: z.string().min(1), turn: z.number().int().min(1) });

/** One handler: a step message in, an outcome in the log. */
@Controller()
export class StepsController {
  private readonly runtime: Runtime;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  @EventPattern('step')
  async handle(@Payload() body: unknown): Promise<void> {
    const message = Step.safeParse(body);
    if (!message.success) {
      // Not one of ours: without a job there is nothing it could belong to.
      this.runtime.logger.error(
        { issues: message.error.issues },
        'dropped a message that is no step message',
      );
      return;
    }
    await this.runtime.runner.handle(message.data satisfies StepMessage);
  }
}
