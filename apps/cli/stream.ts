import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Thing } from './client.ts';
import { unreachable } from './client.ts';
import { CliError, exitCodeOf } from './exit-codes.ts';

/** An event of a stream. */
export interface StreamEvent {
  readonly event: string;
  readonly data: Thing;
}

const RECONNECTS = 30;
const RECONNECT_MS = 500;

/**
 * The events of a stream until one is called `end`, or for ever; where the connection breaks, on from the last one seen.
 *
 * @throws CliError where the API refuses, or stays away for 15 seconds
 */
export async function* follow(
  client: Client,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent> {
  let lastId = '';
  for (let tries = 0; tries < RECONNECTS; tries += 1) {
    try {
      const headers = {
        authorization: `Bearer ${client.access.token}`,
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      };
      const answer = await fetch(`${client.access.url}${path}`, {
        headers,
        ...(signal === undefined ? {} : { signal }),
      });
      if (!answer.ok || answer.body === null) {
        const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
        throw new CliError(
          exitCodeOf(answer.status),
          problem.detail ?? `The stream was answered with ${answer.status}.`,
          problem,
        );
      }
      for await (const { id, event, data } of parse(answer.body)) {
        if (id !== '') lastId = id;
        tries = 0;
        if (data === '') continue; // a sign of life
        yield { event, data: JSON.parse(data) as Thing };
        if (event === 'end') return;
      }
    } catch (error) {
      if (error instanceof CliError || signal?.aborted === true) throw error;
      if (tries === RECONNECTS - 1) throw unreachable(client.access.url, error);
    }
    await sleep(RECONNECT_MS);
  }
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function* parse(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ readonly id: string; readonly event: string; readonly data: string }> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string): string =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      yield { id: field('id'), event: field('event'), data: field('data') };
    }
  }
}
