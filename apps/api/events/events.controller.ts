import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isCursor } from '#event-log';
import { checkTypes, wants } from '#notify';
import { Problem } from '#platform';
import type { Request, Response } from 'express';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { EventStreams } from './event-streams.ts';
import { FollowEvents } from './requests.ts';
import { Streams } from '../open-api.ts';

@ApiTags('events')
@Access('reader')
@Controller('v1/events')
export class EventsController {
  private readonly streams: EventStreams;

  constructor(streams: EventStreams) {
    this.streams = streams;
  }

  @Get('stream')
  @ApiOperation({
    summary: 'Everything that happens to the tenant, live',
    description: 'Server-sent CloudEvents from now on, or after Last-Event-ID. docs/events.md lists them.',
  })
  @Streams('CloudEvents, as they come')
  async stream(
    @Query({ schema: FollowEvents }) query: FollowEvents,
    @Headers('last-event-id') lastEventId: string | undefined,
    @CallerParam() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const types = query.type?.split(',') ?? [];
    checkTypes(types, 'type');
    if (lastEventId !== undefined && !isCursor(lastEventId))
      throw new Problem('invalid-request', 'Last-Event-ID: expected the id of an event of this stream.', {
        errors: [{ field: 'Last-Event-ID', message: 'expected the id of an event of this stream' }],
      });
    await this.streams.follow(
      (event) =>
        event.tenant === caller.tenant &&
        wants(types, event.type) &&
        (query.job === undefined || ('job_id' in event.data && event.data.job_id === query.job)),
      lastEventId,
      request,
      response,
    );
  }
}
