import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import { Access } from './caller.ts';
import { Alive, ReadyShown } from './health.answers.ts';
import { Answers } from './open-api.ts';

@ApiTags('operation')
@Access('public')
@Controller()
export class HealthController {
  private readonly runtime: Runtime;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  @Get('healthz')
  @ApiOperation({ summary: 'The process lives' })
  @Answers(200, Alive)
  alive() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({
    summary: 'The process can serve',
    description:
      'PostgreSQL answers; without it nothing can be accepted. `degraded` where something else is away: requests are ' +
      'accepted and wait. Each dependency is named, with what to do.',
  })
  @Answers(200, ReadyShown)
  async ready() {
    const report = await this.runtime.health.report();
    if (report.status !== 'unavailable') return report;
    const errors = report.dependencies.flatMap(({ name, remedy }) =>
      remedy === null ? [] : [{ field: name, message: remedy }],
    );
    const needed = report.dependencies.filter(({ ok, needed }) => needed && !ok);
    throw new Problem('unavailable', needed.map(({ remedy }) => remedy).join(' '), { errors });
  }
}
