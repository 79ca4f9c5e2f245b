import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '#platform';
import { Runtime } from '#runtime';
import { Access } from './caller.ts';

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
  alive() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({
    summary: 'The process can serve',
    description: 'The database answers; without it nothing can be accepted.',
  })
  async ready() {
    const database = await this.runtime.checkDatabase();
    if (!database.ok) throw new Problem('unavailable', 'The database does not answer.');
    return { status: 'ok' };
  }
}
