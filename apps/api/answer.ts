import type { Response } from 'express';
import type { Answer } from './idempotency.ts';

/** Sets status and Location of a response and returns its body for Nest to send. */
export function send(response: Response, answer: Answer): Answer['body'] {
  response.status(answer.status);
  if (answer.location !== null) response.location(answer.location);
  return answer.body;
}
