import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException } from '@nestjs/common';
import { CloudError } from '#openstack';
import type { FieldError, Logger, ProblemKind } from '#platform';
import { Problem } from '#platform';
import type { Metrics } from '#telemetry';
import type { Request, Response } from 'express';

/** The part of a Standard Schema issue that is used here. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a body or query that does not fit its schema gets: every field at fault, and what was expected. */
export function toProblem(issues: readonly Issue[]): Problem {
  const errors = issues.map(({ message, path = [] }): FieldError => ({
    field: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));
  const detail = errors
    .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
    .join('; ');
  return new Problem('invalid-request', detail, { errors: errors.filter(({ field }) => field !== '') });
}

/** Tells every error as a problem document. What is not a problem is a defect: logged in full, told in one sentence. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor(logger: Logger, metrics: Metrics) {
    this.logger = logger;
    this.metrics = metrics;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error);
    const limit = limits[problem.kind];
    if (limit !== undefined) this.metrics.limitsReached.inc({ limit });
    if (problem.kind === 'internal')
      this.logger.error({ error, method: request.method, path: request.path }, 'a request failed');
    if (response.headersSent) {
      response.end();
      return;
    }
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.document(request.path)));
  }
}

/** The limit that was reached, where a problem is that one was. */
const limits: Partial<Record<ProblemKind, string>> = {
  'rate-limited': 'submissions_per_minute',
  'limit-reached': 'brokers',
};

const ofStatus: Readonly<Record<number, ProblemKind>> = {
  400: 'invalid-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CloudError) return cloudProblem(error);
  const status = error instanceof HttpException ? error.getStatus() : bodyParserStatus(error);
  const kind =
    status === undefined ? undefined : (ofStatus[status] ?? (status < 500 ? 'invalid-request' : undefined));
  if (kind === undefined)
    return new Problem('internal', 'Something went wrong inside Warrener; its log tells more.', {
      cause: error,
    });
  return new Problem(kind, error instanceof Error ? error.message : 'The request could not be read.');
}

/** Express and its body parser throw errors that carry the status they mean. */
function bodyParserStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status;
}

function cloudProblem(error: CloudError): Problem {
  const gone = error.kind === 'unavailable' || error.kind === 'busy' || error.kind === 'uncertain';
  const more = { requestId: error.requestId ?? undefined, cause: error };
  if (gone) return new Problem('cloud-unavailable', `${error.message} Try again in a moment.`, more);
  return new Problem('cloud-refused', error.message, more);
}
