import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '#platform';
import type { StoredEvent } from '#event-log';
import { brokerName } from '#brokers';
import { Runtime } from '#runtime';
import type { JobCommand, JobReport, KnownJob } from '#workflow';
import {
  isCancellable,
  isOver,
  jobStream,
  jobStreamId,
  JobView,
  progressOf,
  recorded,
  reportJob,
} from '#workflow';
import type { Request, Response } from 'express';
import type { Answer } from '../idempotency.ts';
import { send } from '../answer.ts';
import { Access, CallerParam } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { Idempotency } from '../idempotency.ts';
import { page, readCursor } from '../paging.ts';
import { waitingFor } from '../work-queues/work-queues.ts';
import { JobEventStreams } from './job-event-streams.ts';
import { ListEvents, ListJobs } from './requests.ts';
import { eventView, jobView } from './views.ts';
import { Answers, Streams } from '../open-api.ts';
import { JobEvents, JobPage, JobShown } from './answers.ts';

@ApiTags('jobs')
@Access('reader')
@Controller('v1/jobs')
export class JobsController {
  private readonly runtime: Runtime;
  private readonly idempotency: Idempotency;
  private readonly streams: JobEventStreams;

  constructor(runtime: Runtime, idempotency: Idempotency, streams: JobEventStreams) {
    this.runtime = runtime;
    this.idempotency = idempotency;
    this.streams = streams;
  }

  @Get()
  @ApiOperation({ summary: 'List jobs', description: 'Newest first.' })
  @Answers(200, JobPage)
  async list(@Query({ schema: ListJobs }) query: ListJobs, @CallerParam() caller: Caller) {
    const rows = this.runtime.dataSource
      .getRepository(JobView)
      .createQueryBuilder('job')
      .where('job.tenant = :tenant', { tenant: caller.tenant })
      .orderBy('job.id', 'DESC')
      .limit(query.limit + 1);
    if (query.broker !== undefined) rows.andWhere('job.subject = :broker', { broker: query.broker });
    if (query.status !== undefined) rows.andWhere('job.status = :status', { status: query.status });
    const before = readCursor(query.cursor);
    if (before !== undefined) rows.andWhere('job.id < :before', { before });
    return page(await rows.getMany(), query.limit, (row) => ({
      id: row.id,
      workflow: row.state.workflow,
      broker_id: row.subject,
      broker_name: typeof row.state.input['name'] === 'string' ? row.state.input['name'] : null,
      status: row.status,
      progress: progressOf(row.state),
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    }));
  }

  @Get(':job')
  @ApiOperation({
    summary: 'Show a job',
    description: 'Its steps with attempts, errors and times, and its progress in percent.',
  })
  @Answers(200, JobShown)
  async show(@Param('job') id: string, @CallerParam() caller: Caller) {
    return this.#view(id, caller);
  }

  @Get(':job/events')
  @ApiOperation({ summary: 'The facts of a job', description: 'Oldest first.' })
  @Answers(200, JobEvents)
  async events(
    @Param('job') id: string,
    @Query({ schema: ListEvents }) query: ListEvents,
    @CallerParam() caller: Caller,
  ) {
    await this.#load(id, caller);
    return {
      items: (await this.runtime.log.events(jobStreamId(id), { afterVersion: query.after })).map(eventView),
    };
  }

  @Get(':job/stream')
  @ApiOperation({
    summary: 'The facts of a job, live',
    description: 'Server-sent events; resumes after Last-Event-ID.',
  })
  @Streams('Its facts, as they come')
  async stream(
    @Param('job') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @CallerParam() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.#load(id, caller);
    const after = /^\d{1,9}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
    await this.streams.follow(jobStreamId(id), after, request, response);
  }

  @Post(':job/cancel')
  @Access('member')
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel a job', description: 'At any moment; what it did is undone.' })
  @Answers(202, JobShown)
  async cancel(
    @Param('job') id: string,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const answer = await this.idempotency.after(
      caller,
      { key, route: `cancel ${id}`, body: null },
      async () => {
        const { job } = await this.#load(id, caller);
        if (!isCancellable(job))
          throw new Problem(
            'conflict',
            `A ${job.workflow} job has nothing to go back to and is not cancelled.`,
          );
        return this.#command(id, caller, { type: 'cancel', by: caller.name }, (now) => {
          const late = isOver(now) && now.status !== 'cancelled';
          return late
            ? `The job ${now.status === 'failed' ? 'failed' : now.status} before it could be cancelled.`
            : null;
        });
      },
    );
    return send(response, answer);
  }

  @Post(':job/retry')
  @Access('member')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Retry a job',
    description: 'A parked one goes on where it stopped, a failed one starts over.',
  })
  @Answers(202, JobShown)
  async retry(
    @Param('job') id: string,
    @CallerParam() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const answer = await this.idempotency.after(caller, { key, route: `retry ${id}`, body: null }, async () =>
      this.#command(id, caller, { type: 'retry', by: caller.name }, (now) =>
        now.status === 'running' || now.status === 'undoing'
          ? 'The job is under way; there is nothing to retry.'
          : `The job is ${now.status}; only parked and failed ones are retried.`,
      ),
    );
    return send(response, answer);
  }

  async #command(
    id: string,
    caller: Caller,
    command: JobCommand,
    refusal: (job: KnownJob) => string | null,
  ): Promise<Answer> {
    await this.#load(id, caller);
    const result = await this.runtime.runner.command(id, command);
    if (result === undefined) throw notFound(id);
    const refused = result.done ? null : refusal(result.job);
    if (refused !== null) throw new Problem('conflict', refused);
    if (command.type === 'cancel') void this.runtime.workers.jobCancelled(id); // never rejects
    return { status: 202, location: `/v1/jobs/${id}`, body: await this.#view(id, caller) };
  }

  async #view(id: string, caller: Caller) {
    const { job } = await this.#load(id, caller);
    const events: readonly StoredEvent[] = await this.runtime.log.events(jobStreamId(id));
    const report: JobReport | undefined = reportJob(events.map(recorded));
    if (report === undefined) throw notFound(id);
    const name = await brokerName(this.runtime.world, report.subject);
    return { ...jobView(report, name), waiting_for: await waitingFor(this.runtime, job, caller.tenant) };
  }

  async #load(id: string, caller: Caller): Promise<{ job: KnownJob }> {
    const loaded = /^[0-9a-f-]{36}$/.test(id)
      ? await this.runtime.log.load(jobStream, jobStreamId(id))
      : undefined;
    if (loaded?.tenant !== caller.tenant || loaded.state.status === 'new') throw notFound(id);
    return { job: loaded.state };
  }
}

const notFound = (id: string): Problem => new Problem('not-found', `There is no job "${id}".`);
