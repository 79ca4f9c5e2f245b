import type { ApiClient } from './api-client.ts';
import type { Received } from './receiver.ts';

/** A reader of server-sent events. */
export interface StreamReader {
  /** What came so far, each with its place. */
  readonly events: (Received['event'] & { readonly place: string })[];
  close(): Promise<void>;
}

/** Reads a stream of events; resolves once it is open. */
export async function followStream(api: ApiClient, path: string, after?: string): Promise<StreamReader> {
  const events: StreamReader['events'] = [];
  const stop = new AbortController();
  const answer = await api.open(path, after === undefined ? {} : { 'last-event-id': after }, stop.signal);
  if (!answer.ok || answer.body === null) throw new Error(`${path} was answered ${answer.status}`);
  const read = async (body: AsyncIterable<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const data = field('data');
        if (data !== undefined)
          events.push({ ...(JSON.parse(data) as Received['event']), place: field('id') ?? '' });
      }
    }
  };
  const ended = read(answer.body as unknown as AsyncIterable<Uint8Array>).catch(() => undefined);
  return {
    events,
    close: async () => {
      stop.abort();
      await ended;
    },
  };
}
