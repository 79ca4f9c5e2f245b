import type { Logger } from '#platform';
import { pino } from 'pino';

export interface RecordedLog {
  readonly logger: Logger;
  readonly lines: readonly { readonly level: number; readonly msg: string }[];
  /** How many lines say it. */
  count(message: RegExp): number;
}

/** A logger that remembers. */
export function recordedLog(): RecordedLog {
  const lines: { level: number; msg: string }[] = [];
  const logger = pino(
    { level: 'trace' },
    { write: (line: string) => void lines.push(JSON.parse(line) as { level: number; msg: string }) },
  );
  return { logger, lines, count: (message) => lines.filter(({ msg }) => message.test(msg)).length };
}
