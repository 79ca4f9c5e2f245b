import { useEffect, useState } from 'react';
import { call } from './client.ts';
import { eventCutter } from './event-stream.ts';

/** How a live view stands: it follows, it tries to again, or there is nothing more to come. */
export type Liveness = 'connecting' | 'live' | 'over';

const RECONNECT_MS = 1_000;

/** Follows a job's events until it is over or parked, over any number of lost connections. */
async function followJob(
  job: string,
  told: { event(): void; liveness(now: Liveness): void },
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) };
      const url = new URL(`/v1/jobs/${encodeURIComponent(job)}/stream`, location.origin);
      const response = await openStream(new Request(url, { headers, signal }));
      told.liveness('live');
      const cut = eventCutter();
      const reader = response.pipeThrough(new TextDecoderStream()).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        for (const event of cut(read.value)) {
          if (event.id !== '') last = event.id;
          told.event();
          if (event.type === 'end') {
            told.liveness('over');
            return;
          }
        }
      }
    } catch {
      // The connection is gone; `call` has told so where it matters.
    }
    if (isAborted(signal)) return;
    told.liveness('connecting');
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

/** (The compiler believes that it cannot change while we wait.) */
const isAborted = ({ aborted }: AbortSignal): boolean => aborted;

async function openStream(request: Request): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await call(request, { timeoutMs: null });
  if (!response.ok || response.body === null) throw new Error(`the stream was answered ${response.status}`);
  return response.body;
}

/** Calls back, at most every 100 ms, when something happens to a job while `open`; says how the connection stands. */
export function useJobEvents(job: string | undefined, open: boolean, changed: () => void): Liveness {
  const [liveness, setLiveness] = useState<Liveness>('connecting');
  const [latest] = useState({ changed });
  useEffect(() => {
    latest.changed = changed;
  });
  useEffect(() => {
    if (job === undefined || !open) return undefined;
    const gone = new AbortController();
    let pending: ReturnType<typeof setTimeout> | undefined;
    const event = (): void => {
      pending ??= setTimeout(() => {
        pending = undefined;
        latest.changed();
      }, 100);
    };
    setLiveness('connecting');
    void followJob(job, { event, liveness: setLiveness }, gone.signal);
    return () => {
      gone.abort();
      clearTimeout(pending);
    };
  }, [job, open, latest]);
  return open ? liveness : 'over';
}
