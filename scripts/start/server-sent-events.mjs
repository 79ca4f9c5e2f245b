import { setTimeout as sleep } from 'node:timers/promises';

const RECONNECT_MS = 500;
const RECONNECTS = 20;

/**
 * The events of a stream, live; goes on after Last-Event-ID where the connection is lost. Ends after an event "end".
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* follow(url, token) {
  let lastId = '';
  for (let tries = 0; tries < RECONNECTS; tries += 1) {
    try {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      };
      const answer = await fetch(url, { headers });
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
      for await (const event of events(answer.body)) {
        if (event.id !== '') lastId = event.id;
        tries = 0;
        yield event;
        if (event.event === 'end') return;
      }
    } catch (error) {
      if (tries === RECONNECTS - 1) throw error;
    }
    await sleep(RECONNECT_MS);
  }
}

async function* events(body) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name) =>
        fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      if (field('data') !== '')
        yield { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
    }
  }
}
