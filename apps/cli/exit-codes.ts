/** What the exit code says to a script. */
export const exitCodes = {
  ok: 0,
  /** The job, or what was asked for, failed. */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** The name is in use, the state does not allow it, or the request makes no sense to the API. */
  refused: 4,
  unauthorized: 5,
  /** The API cannot be reached, or is not itself. */
  unavailable: 6,
  timedOut: 7,
} as const;

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with a sentence on stderr and an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** The API's problem document, where there is one. */
  readonly problem: unknown;

  constructor(exitCode: ExitCode, message: string, problem?: unknown) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

/** The exit code for an answer of the API. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.unauthorized;
  if (status === 404) return exitCodes.notFound;
  return status >= 500 ? exitCodes.unavailable : exitCodes.refused;
}
