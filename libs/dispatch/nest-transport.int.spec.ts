import { Controller, Module } from '@nestjs/common';
import type { INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import 'reflect-metadata';
import { from } from 'rxjs';
import { OwnErrors, WorkQueueContext, WorkQueueTransport } from './nest-transport.ts';
import { until } from '../../test/support/until.ts';
import { closing } from './testing/closing.ts';
import type { Vhost } from './testing/rabbitmq.ts';
import { openVhost } from './testing/rabbitmq.ts';
import { recordedLog } from './testing/recorded-log.ts';
import { declareWorkQueue } from './topology.ts';

/** Named, because without a type of its own the decorator wants every parameter after the first to be unknown. */
type Step = 'step';

interface Seen {
  readonly body: unknown;
  readonly queue: string;
  readonly messageId: string | undefined;
  readonly redelivered: boolean;
}

/** What the handler of the test at hand does; `seen` is what it was given. */
let act: (times: number) => unknown;
let seen: Seen[];

function see(body: unknown, context: WorkQueueContext): unknown {
  seen.push({ body, ...context.getDelivery() });
  return act(seen.length);
}

@Controller()
class EventSteps {
  @EventPattern<Step>('step')
  async handle(@Payload() body: unknown, @Ctx() context: WorkQueueContext): Promise<unknown> {
    return see(body, context);
  }
}

@Controller()
class MessageSteps {
  @MessagePattern('step')
  async handle(@Payload() body: unknown, @Ctx() context: WorkQueueContext): Promise<unknown> {
    return see(body, context);
  }
}

@Module({ controllers: [EventSteps] })
class EventModule {}

@Module({ controllers: [MessageSteps] })
class MessageModule {}

@Module({})
class EmptyModule {}

async function microservice(module: Type, vhost: Vhost) {
  const log = recordedLog();
  const strategy = new WorkQueueTransport({
    url: vhost.url,
    queues: ['work'],
    slots: 1,
    logger: log,
    failurePauseMs: 20,
  });

  const app: INestMicroservice = await NestFactory.createMicroservice(module, {
    strategy,
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new OwnErrors());
  closing(() => app.close());
  return { app, log };
}

async function vhostWithQueue(): Promise<Vhost> {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  return vhost;
}

beforeEach(() => {
  seen = [];
  act = () => undefined;
});

describe.each([
  ['@EventPattern', EventModule],
  ['@MessagePattern', MessageModule],
])('%s', (_, module) => {
  test('a handler that returned acknowledges its message', async () => {
    const vhost = await vhostWithQueue();
    await vhost.send('work', 'm1');
    const { app } = await microservice(module, vhost);
    await app.listen();
    await until('it was handled', () => seen.length === 1);
    await app.close();
    expect(seen).toEqual([{ body: { id: 'm1' }, queue: 'work', messageId: 'm1', redelivered: false }]);
    expect(await vhost.take('work')).toBeUndefined();
  });

  test.each([
    [
      'throws',
      (error: Error) => {
        throw error;
      },
    ],
    ['rejects', (error: Error) => Promise.reject(error)],
    ['returns a stream that fails', (error: Error) => from(Promise.reject(error))],
  ])('the message of a handler that %s comes again until it succeeds', async (_, fail) => {
    const trouble = new Error('the log is down');
    act = (times) => (times < 3 ? fail(trouble) : 'done');
    const vhost = await vhostWithQueue();
    await vhost.send('work', 'm1');
    const { app, log } = await microservice(module, vhost);
    await app.listen();
    await until('it was handled three times', () => seen.length === 3);
    await app.close();
    expect(seen.map(({ redelivered }) => redelivered)).toEqual([false, true, true]);
    expect(await vhost.take('work')).toBeUndefined();
    const failures = log.lines.filter(({ message }) => message.includes('could not be handled'));
    expect(failures.map(({ fields }) => fields['error'])).toEqual([trouble, trouble]);
  });

  test('closing waits for a handler that runs', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let done = false;
    act = async () => {
      await opened;
      done = true;
    };
    const vhost = await vhostWithQueue();
    await vhost.send('work', 'm1');
    const { app } = await microservice(module, vhost);
    await app.listen();
    await until('it runs', () => seen.length === 1);
    const closed = app.close();
    open();
    await closed;
    expect(done).toBe(true);
    expect(await vhost.take('work')).toBeUndefined();
  });
});

test('an application without a handler does not start', async () => {
  const { app } = await microservice(EmptyModule, await openVhost());
  await expect(app.listen()).rejects.toThrow('no handler for the pattern "step"');
});
