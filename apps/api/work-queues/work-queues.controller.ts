import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Runtime } from '#runtime';
import { Access } from '../caller.ts';
import { describeQueues } from './work-queues.ts';
import { Answers } from '../open-api.ts';
import { WorkQueues } from './answers.ts';

@ApiTags('workers')
@Access('admin')
@Controller('v1/work-queues')
export class WorkQueuesController {
  private readonly runtime: Runtime;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  @Get()
  @ApiOperation({
    summary: 'The work queues',
    description:
      'How much waits where, who consumes it, who is routed there, and what nobody consumes (misaligned).',
  })
  @Answers(200, WorkQueues)
  async list() {
    return { items: await describeQueues(this.runtime) };
  }
}
