/** One field at fault, as a path like `name` or `ids.0`, and what was expected. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** RFC 9457 problem details, with the fields at fault and OpenStack's request id where a cloud call failed. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly errors?: readonly FieldError[];
  readonly request_id?: string;
}

/** Every kind of problem the API answers with: the stable end of its `type`, its status and title. */
export const problemKinds = {
  'invalid-request': [400, 'The request is not valid'],
  unauthorized: [401, 'No valid token'],
  forbidden: [403, 'Not allowed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  ambiguous: [409, 'The name is ambiguous'],
  'name-in-use': [409, 'The name is in use'],
  'key-reused': [409, 'The idempotency key was used for another request'],
  conflict: [409, 'Not possible in this state'],
  'limit-reached': [409, 'The tenant has as many as it may have'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'Unsupported media type'],
  'not-launchable': [422, 'The cloud has no such thing'],
  'cloud-refused': [422, 'The cloud refused'],
  'no-consumer': [422, 'No worker consumes that queue'],
  'rate-limited': [429, 'Too many requests'],
  internal: [500, 'A defect in Warrener'],
  'cloud-unavailable': [503, 'The cloud cannot be reached'],
  unavailable: [503, 'Warrener is not ready'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemKind = keyof typeof problemKinds;

/** An error that is the caller's answer: thrown anywhere, told as a problem document at the rim. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;
  /** Header fields that belong to the answer, e.g. Retry-After. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    more: {
      errors?: readonly FieldError[];
      requestId?: string | undefined;
      cause?: unknown;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.kind = kind;
    this.errors = more.errors ?? [];
    this.requestId = more.requestId;
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return problemKinds[this.kind][0];
  }

  /** The document a caller gets. */
  document(instance?: string): ProblemDocument {
    const [status, title] = problemKinds[this.kind];
    return {
      type: `https://warrener.dev/problems/${this.kind}`,
      title,
      status,
      detail: this.message,
      ...(instance === undefined ? {} : { instance }),
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
      ...(this.requestId === undefined ? {} : { request_id: this.requestId }),
    };
  }
}
