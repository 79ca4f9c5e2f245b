/** A server-sent event. */
export interface ServerSentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/**
 * Cuts a stream of text into server-sent events: give it pieces as they come, get the events that are whole.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function eventCutter(): (piece: string) => readonly ServerSentEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(readEvent).filter((event) => event !== undefined);
  };
}

function readEvent(block: string): ServerSentEvent | undefined {
  const fields = { id: '', event: 'message', data: [] as string[] };
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'data') fields.data.push(value);
    else if (name === 'id' || name === 'event') fields[name] = value;
  }
  if (fields.data.length === 0) return undefined;
  return { id: fields.id, type: fields.event, data: fields.data.join('\n') };
}
