import mqtt from 'mqtt';
import { useEffect, useState } from 'react';

/** A message as it came. */
export interface Message {
  readonly number: number;
  readonly topic: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** It was there before, and is told to whoever subscribes. */
  readonly retained: boolean;
}

export type Connection = 'connecting' | 'live' | 'lost';

/** Messages kept on the page, the newest first. */
const KEPT = 200;
/** The list is drawn at most this often, milliseconds. */
const DRAW_MS = 200;
const CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT_MS = 2_000;

/** Follows a topic filter while the page is there, over any number of lost connections. */
export function useSubscription(
  url: string,
  filter: string,
): { readonly messages: readonly Message[]; readonly connection: Connection; readonly count: number } {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [count, setCount] = useState(0);
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    setMessages([]);
    setCount(0);
    setConnection('connecting');
    let arrived: Message[] = [];
    let number = 0;
    const client = mqtt.connect(url, {
      protocolVersion: 5,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS,
      // The default counts in a worker made of a blob: URL, which the Content-Security-Policy does not let in.
      timerVariant: 'native',
    });
    client.on('connect', () => {
      setConnection('live');
      client.subscribe(filter, { qos: 0 });
    });
    client.on('close', () => {
      setConnection('lost');
    });
    client.on('error', () => undefined); // `close` follows, and another attempt
    client.on('message', (topic, payload, { retain }) => {
      number += 1;
      arrived.unshift({ number, topic, payload: payload.toString(), at: Date.now(), retained: retain });
      if (arrived.length > KEPT) arrived.length = KEPT;
    });
    const draw = setInterval(() => {
      if (arrived.length === 0) return;
      const news = arrived;
      arrived = [];
      setCount(number);
      setMessages((before) => [...news, ...before].slice(0, KEPT));
    }, DRAW_MS);
    return () => {
      clearInterval(draw);
      client.end(true);
    };
  }, [url, filter]);
  return { messages, connection, count };
}
