import { Body, Controller, Get, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { findOrphans, removeOrphan } from '#brokers';
import { Runtime } from '#runtime';
import { z } from 'zod';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { Idempotency } from '../idempotency.ts';
import { describeQueues } from '../work-queues/work-queues.ts';
import { Answers } from '../open-api.ts';
import { Examination, OrphansRemoved, ProjectionsRebuilt } from './answers.ts';

/** POST /v1/doctor/orphans/remove */
const RemoveOrphans = z
  .strictObject({ ids: z.array(z.string().min(1).max(64)).min(1, 'expected at least one id').max(200) })
  .meta({ id: 'RemoveOrphans' });
type RemoveOrphans = z.infer<typeof RemoveOrphans>;

@ApiTags('operation')
@Access('admin')
@Controller('v1')
export class DoctorController {
  private readonly runtime: Runtime;
  private readonly idempotency: Idempotency;

  constructor(runtime: Runtime, idempotency: Idempotency) {
    this.runtime = runtime;
    this.idempotency = idempotency;
  }

  @Get('doctor')
  @ApiOperation({
    summary: 'What is wrong',
    description: 'Checks what Warrener needs, and lists what it made that nobody owns.',
  })
  @Answers(200, Examination)
  async examine() {
    const checks = await this.runtime.checks();
    const cloudAnswers = checks.every(({ name, ok }) => name !== 'cloud' || ok);
    const queuesAnswer = checks.every(({ name, ok }) => name !== 'rabbitmq' || ok);
    return {
      checks,
      orphans: cloudAnswers ? await findOrphans(this.runtime.world) : [],
      work_queues: queuesAnswer ? await describeQueues(this.runtime) : [],
    };
  }

  @Post('doctor/orphans/remove')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Remove orphans',
    description: 'Removes those of the named resources that still are orphans.',
  })
  @Answers(200, OrphansRemoved)
  async remove(
    @Body({ schema: RemoveOrphans }) { ids }: RemoveOrphans,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
  ) {
    const answer = await this.idempotency.after(
      caller,
      { key, route: 'remove orphans', body: ids },
      async () => {
        const orphans = new Map((await findOrphans(this.runtime.world)).map((orphan) => [orphan.id, orphan]));
        const removed: string[] = [];
        const failed: { id: string; reason: string }[] = [];
        for (const id of ids) {
          const orphan = orphans.get(id);
          const problem =
            orphan === undefined ? 'is no orphan (any more)' : await removeOrphan(this.runtime.world, orphan);
          if (problem === null) removed.push(id);
          else failed.push({ id, reason: problem });
        }
        return { status: 200, location: null, body: { removed, failed } };
      },
    );
    return answer.body;
  }

  @Post('projections/rebuild')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Rebuild the read models',
    description: 'Throws the lists away and makes them anew from the events.',
  })
  @Answers(200, ProjectionsRebuilt)
  async rebuild(@CallerParam() caller: Caller, @Headers('idempotency-key') key: string | undefined) {
    const answer = await this.idempotency.after(
      caller,
      { key, route: 'rebuild projections', body: null },
      async () => ({
        status: 200,
        location: null,
        body: { rebuilt: await this.runtime.rebuildProjections() },
      }),
    );
    return answer.body;
  }
}
