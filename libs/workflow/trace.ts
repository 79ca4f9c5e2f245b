import type { Context } from '@opentelemetry/api';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** Does nothing, and costs next to nothing, until a process starts tracing. */
export const tracer = trace.getTracer('warrener');

/** The trace at hand, to be kept with a message until it is published, maybe by another process; nothing without one. */
export function carriedTrace(): { readonly traceparent?: string } {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent === undefined ? {} : { traceparent: carrier.traceparent };
}

/** The trace that was kept with a message; none of the one at hand. */
export const traceOf = (body: unknown): Context => propagation.extract(ROOT_CONTEXT, body);
