import { useEffect, useState } from 'react';

/** 340 ms, 7.8 s, 3 min 05 s, 2 h 10 min. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3_600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, '0')} min`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

function ago(at: string, now: number): string {
  const seconds = Math.round((Date.parse(at) - now) / 1_000);
  if (seconds > -10) return 'just now';
  if (seconds > -60) return relative.format(seconds, 'second');
  if (seconds > -3_600) return relative.format(Math.round(seconds / 60), 'minute');
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3_600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

/** The time, told anew every so many milliseconds. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How long ago; the exact moment on hovering. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(10_000);
  return (
    <time dateTime={at} title={exact.format(new Date(at))} className="nowrap">
      {ago(at, now)}
    </time>
  );
}

/** The moment to the second. */
export const At = ({ at }: { readonly at: string }) => (
  <time dateTime={at} className="nowrap">
    {exact.format(new Date(at))}
  </time>
);
