import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { Answers } from '../open-api.ts';
import { Me } from '../tenants/answers.ts';

@ApiTags('tenants')
@Controller('v1/me')
export class MeController {
  @Get()
  @Access('reader')
  @ApiOperation({ summary: 'Whom the token stands for', description: 'Its tenant, its name and its role.' })
  @Answers(200, Me)
  show(@CallerParam() { tenant, name, role }: Caller) {
    return { tenant, name, role };
  }
}
