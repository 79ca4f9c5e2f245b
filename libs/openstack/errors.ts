/** What went wrong, as far as a caller acts on it differently. */
export type CloudErrorKind =
  | 'not-found'
  | 'invalid'
  | 'conflict'
  | 'denied'
  | 'quota'
  | 'unauthorized'
  /** Over a rate limit, or asked to come back later. */
  | 'busy'
  /** Away: connection refused, or a server error where nothing can have happened. */
  | 'unavailable'
  /** A change whose answer was lost: it may have happened or not. Look before doing it again. */
  | 'uncertain';

/** A call to the cloud that did not work. The message is a sentence without secrets. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly kind: CloudErrorKind;
  readonly service: string;
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** OpenStack's id of the request, for its operators' logs. */
  readonly requestId: string | null;
  /** When the cloud asked to be tried again, milliseconds from the answer. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: CloudErrorKind,
    message: string,
    facts: {
      readonly service: string;
      readonly status?: number | null;
      readonly requestId?: string | null;
      readonly retryAfterMs?: number | null;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.kind = kind;
    this.service = facts.service;
    this.status = facts.status ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** `clouds.yaml` or `OS_*` do not describe a cloud that can be used. The message says what to change. */
export class CloudConfigError extends Error {
  override readonly name = 'CloudConfigError';
}

/**
 * What a status means where the request arrived whole. 5xx are decided by whether anything can have happened.
 *
 * @see https://docs.openstack.org/api-guide/compute/faults.html
 */
const kindOfStatus: Readonly<Record<number, CloudErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'denied', // policy; quota where the message says so
  404: 'not-found',
  405: 'invalid',
  406: 'unavailable', // its microversions changed, as in an upgrade; they are asked for again
  409: 'conflict', // another action holds the thing, or it is in use
  413: 'busy', // Nova's old over-limit
  415: 'invalid',
  429: 'busy',
  501: 'invalid',
};

/** Whether doing it twice is as good as once. A second DELETE finds nothing, which is what was wanted. */
export const isRepeatable = (method: string): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'DELETE';

/** What an error answer means for the request it answers. */
export function errorOfAnswer(answer: {
  readonly service: string;
  readonly method: string;
  readonly what: string;
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string | null;
  readonly retryAfter: string | null;
}): CloudError {
  const { service, method, status, requestId } = answer;
  const message = messageOf(answer.body) ?? `answered ${status}`;
  const pause = retryAfterMs(answer.retryAfter, Date.now());
  const kind = kindOf(status, method, message, pause !== null);
  const facts = { service, status, requestId, retryAfterMs: pause };
  return new CloudError(kind, `${service} (${answer.what}): ${message}`, facts);
}

function kindOf(status: number, method: string, message: string, comesBack: boolean): CloudErrorKind {
  if ((status === 403 || status === 409) && /quota/i.test(message)) return 'quota'; // Nova says 403, Neutron 409
  const known = kindOfStatus[status];
  if (known !== undefined) return known;
  if (status < 500) return 'invalid';
  // Who says when to come back did nothing. Any other 5xx may come from after the change, or from a proxy that gave up.
  return isRepeatable(method) || (status === 503 && comesBack) ? 'unavailable' : 'uncertain';
}

/** The sentence in an error body: `{kind: {message}}` of Nova and Keystone, `{NeutronError: {message}}`, Glance's HTML or text. */
function messageOf(body: unknown): string | null {
  if (typeof body === 'string') {
    const text = body
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    return text === '' ? null : text.slice(0, 300);
  }
  if (typeof body !== 'object' || body === null) return null;
  for (const value of Object.values(body) as unknown[]) {
    if (typeof value === 'string' && value !== '') return value.slice(0, 1_000);
    if (
      typeof value === 'object' &&
      value !== null &&
      'message' in value &&
      typeof value.message === 'string'
    )
      return value.message.slice(0, 1_000);
  }
  return null;
}

/** `Retry-After` as milliseconds from now: seconds or an HTTP date; null where it is neither. */
function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
