import type { CustomTransportStrategy } from '@nestjs/microservices';
import { BaseRpcContext, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { WorkQueueConsumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer.ts';

/** The pattern of the one handler that step messages go to. */
export const STEP_PATTERN = 'step';

/** What a handler can know of a message beside its body. */
export class WorkQueueContext extends BaseRpcContext<[queue: string, redelivered: boolean]> {
  /** The work queue it came from. */
  getQueue(): string {
    return this.getArgByIndex(0) as string;
  }
}

/**
 * Work queues as a Nest transport. It looks at the handler's outcome itself: Nest's base class reports success for a
 * handler that threw, and the built-in RabbitMQ transport acknowledges before it handles.
 */
export class WorkQueueTransport extends Server implements CustomTransportStrategy {
  readonly #consumer: WorkQueueConsumer;

  constructor(options: Omit<ConsumerOptions, 'handler'>) {
    super();
    this.#consumer = new WorkQueueConsumer({
      ...options,
      handler: (body, { queue, redelivered }) => this.#handle(body, queue, redelivered),
    });
  }

  listen(callback: (error?: unknown) => void): void {
    if (this.getHandlerByPattern(STEP_PATTERN) === null) {
      callback(new Error(`no handler for the pattern "${STEP_PATTERN}"`));
      return;
    }
    this.#consumer.start();
    callback();
  }

  async close(): Promise<void> {
    await this.#consumer.stop();
  }

  /** There are no transport events to listen to. */
  on(): never {
    throw new Error('this transport emits no events');
  }

  unwrap<T>(): T {
    return this.#consumer as T;
  }

  async #handle(body: unknown, queue: string, redelivered: boolean): Promise<void> {
    const handler = this.getHandlerByPattern(STEP_PATTERN);
    if (handler === null) throw new Error(`no handler for the pattern "${STEP_PATTERN}"`);
    const result: unknown = await handler(body, new WorkQueueContext([queue, redelivered]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }
}
