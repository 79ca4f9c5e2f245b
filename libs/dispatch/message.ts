import { context, propagation } from '@opentelemetry/api';
import type { ConsumeMessage, GetMessage } from 'amqplib';

/** A message for a work queue. Its id goes with it: two messages of the same id are the same message. */
export interface WorkMessage {
  readonly id: string;
  readonly queue: string;
  /** Who is charged for the work, in a level that is shared; without one it is the queue. */
  readonly tenant?: string | undefined;
  /** What JSON can carry. */
  readonly body: unknown;
}

/** The header that carries a message's tenant. */
const TENANT_HEADER = 'x-warrener-tenant';

/** The headers that a message is published with. */
export function headersOf({ tenant }: Pick<WorkMessage, 'tenant'>): Record<string, string> {
  const headers = tenant === undefined ? {} : { [TENANT_HEADER]: tenant };
  propagation.inject(context.active(), headers); // `traceparent`, where there is a trace
  return headers;
}

export function tenantOf(message: ConsumeMessage | GetMessage): string | undefined {
  const tenant: unknown = message.properties.headers?.[TENANT_HEADER];
  return typeof tenant === 'string' && tenant !== '' ? tenant : undefined;
}

export function idOf(message: ConsumeMessage | GetMessage): string | undefined {
  const id: unknown = message.properties.messageId;
  return typeof id === 'string' && id !== '' ? id : undefined;
}
