import { Catch } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { lastValueFrom, throwError } from 'rxjs';
import { WorkQueueConsumer } from './consumer.ts';
import type { ConsumerOptions, ConsumerReport } from './consumer.ts';
import type { DeliveryInfo } from './handling.ts';

/** The pattern of the one handler that messages go to. */
export const STEP_PATTERN = 'step';

/** What a handler can know of a message beside its body: the `@Ctx()` of a handler. */
export class WorkQueueContext extends BaseRpcContext<[DeliveryInfo]> {
  getDelivery(): DeliveryInfo {
    return this.args[0];
  }
}

/**
 * Work queues as a Nest transport: `@EventPattern('step')` or `@MessagePattern('step')`. A handler that returned
 * acknowledges its message, one that threw gives it back after a pause. The transport awaits that itself: Nest's base
 * class reports success for an event handler that threw, and its RabbitMQ transport acknowledges before it handles.
 */
export class WorkQueueTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #consumer: WorkQueueConsumer;

  constructor(options: Omit<ConsumerOptions, 'handler'>) {
    super();
    const handler = (body: unknown, delivery: DeliveryInfo): Promise<void> => this.#handle(body, delivery);
    this.#consumer = new WorkQueueConsumer({ ...options, handler });
  }

  /** Calls back at once: RabbitMQ may be away, and is connected to as soon as it answers. */
  listen(callback: (error?: unknown) => void): void {
    if (this.getHandlerByPattern(STEP_PATTERN) === null) {
      callback(noHandler());
      return;
    }
    this.#consumer.start();
    callback();
  }

  /**
   * Changes what is consumed, and in which order, at once. What has begun goes on; nothing is lost or handled again.
   *
   * @throws PriorityListError, and everything stays as it was
   */
  reconfigure(queues: readonly string[]): void {
    this.#consumer.reconfigure(queues);
  }

  /** Begins nothing more and gives back what has not begun, until `resume()`. What has begun goes on. */
  pause(): void {
    this.#consumer.pause();
  }

  resume(): void {
    this.#consumer.resume();
  }

  /** What is consumed, and how it stands. */
  report(): ConsumerReport {
    return this.#consumer.report();
  }

  /** Resolves when what has begun has ended. */
  async close(): Promise<void> {
    await this.#consumer.stop();
  }

  on(): never {
    throw new Error('the work queue transport has no events');
  }

  unwrap(): never {
    throw new Error('the work queue transport has no single broker object');
  }

  async #handle(body: unknown, delivery: DeliveryInfo): Promise<void> {
    const handler = this.getHandlerByPattern(STEP_PATTERN);
    if (handler === null) throw noHandler();
    const result: unknown = await handler(body, new WorkQueueContext([delivery]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }
}

/**
 * Hands a handler's own error to the transport, and so to its logger: `app.useGlobalFilters(new OwnErrors())`. Without it
 * Nest prints the error by itself and passes on "Internal server error".
 */
@Catch()
export class OwnErrors implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

const noHandler = (): Error => new Error(`no handler for the pattern "${STEP_PATTERN}"`);
