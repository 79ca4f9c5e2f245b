import type { components } from './schema.ts';

export type ProblemDocument = components['schemas']['Problem'];

/** The API answered with a problem document. The message is its detail, a sentence for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail);
    this.problem = problem;
  }

  /** What is wrong with each field, by its name. */
  get fields(): Readonly<Record<string, string>> {
    return Object.fromEntries((this.problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

/** The API could not be reached, or did not answer in time. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** A sentence about anything that was thrown. */
export const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong.';
