import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Runtime } from '#runtime';
import { Access } from '../caller.ts';
import { Answers } from '../open-api.ts';
import { Choices, Flavors, Networks } from './answers.ts';

/** A thing of the cloud that a launch can name. */
interface Choice {
  readonly id: string;
  readonly name: string;
}

const choices = (items: readonly Choice[]) => ({ items: items.map(({ id, name }) => ({ id, name })) });

@ApiTags('cloud')
@Access('reader')
@Controller('v1/cloud')
export class CloudController {
  private readonly runtime: Runtime;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  @Get('images')
  @ApiOperation({ summary: 'Images a broker can be launched from' })
  @Answers(200, Choices)
  async images() {
    return choices(await this.runtime.world.cloud.glance.listImages());
  }

  @Get('flavors')
  @ApiOperation({ summary: 'Flavors' })
  @Answers(200, Flavors)
  async flavors() {
    const flavors = await this.runtime.world.cloud.nova.listFlavors();
    return {
      items: flavors.map(({ id, name, vcpus, ram, disk }) => ({
        id,
        name,
        vcpus,
        ram_mb: ram,
        disk_gb: disk,
      })),
    };
  }

  @Get('networks')
  @ApiOperation({ summary: 'Networks' })
  @Answers(200, Networks)
  async networks() {
    const networks = await this.runtime.world.cloud.neutron.listNetworks();
    return { items: networks.map(({ id, name, external }) => ({ id, name, external })) };
  }

  @Get('keys')
  @ApiOperation({ summary: 'Your key pairs' })
  @Answers(200, Choices)
  async keys() {
    const keys = await this.runtime.world.cloud.nova.listKeypairs();
    return choices(keys.map(({ name }) => ({ id: name, name })));
  }
}
