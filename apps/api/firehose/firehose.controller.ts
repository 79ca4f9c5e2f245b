import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access } from '../caller.ts';
import { Answers } from '../open-api.ts';

/** GET /v1/firehose */
const FirehoseShown = z.strictObject({ websocket_url: z.string().nullable() }).meta({ id: 'Firehose' });

/** Where the firehose is. */
export class FirehoseAddress {
  /** For browsers; undefined where it is not told. */
  readonly websocketUrl: string | undefined;

  constructor(websocketUrl: string | undefined) {
    this.websocketUrl = websocketUrl;
  }
}

@ApiTags('events')
@Controller('v1/firehose')
export class FirehoseController {
  private readonly address: FirehoseAddress;

  constructor(address: FirehoseAddress) {
    this.address = address;
  }

  @Get()
  @Access('public')
  @ApiOperation({
    summary: 'Where the firehose is',
    description:
      'MQTT over WebSocket, for browsers, without a password; null where this installation has none. docs/firehose.md tells the topics.',
  })
  @Answers(200, FirehoseShown)
  show() {
    return { websocket_url: this.address.websocketUrl ?? null };
  }
}
