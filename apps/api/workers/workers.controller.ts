import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Control, parsePriorityList, PublishError } from '#dispatch';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import { Access } from '../caller.ts';
import { Answers } from '../open-api.ts';
import { Told, Workers } from './answers.ts';

@ApiTags('workers')
@Access('admin')
@Controller('v1/workers')
export class WorkersController {
  private readonly runtime: Runtime;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  @Get()
  @ApiOperation({
    summary: 'List workers',
    description:
      'Those that were heard of in the last half minute, with what they consume and how they stand.',
  })
  @Answers(200, Workers)
  list() {
    return { items: this.runtime.workers.alive(), next: null };
  }

  @Post('control')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Tell running workers what to do',
    description:
      'Drain, resume, change the log level, report, or reload priorities until the pool says otherwise; to all of them, ' +
      'to a pool or to one. What they made of it is in what they announce.',
  })
  @Answers(202, Told)
  async control(@Body({ schema: Control }) control: Control) {
    try {
      if (control.type === 'reload') parsePriorityList(control.priority);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Problem('invalid-request', `priority: ${message}.`, {
        errors: [{ field: 'priority', message }],
      });
    }
    try {
      await this.runtime.workers.tell(control);
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      throw new Problem('unavailable', 'RabbitMQ cannot be reached to tell the workers; try again.', {
        cause: error,
      });
    }
    return { told: control };
  }
}
