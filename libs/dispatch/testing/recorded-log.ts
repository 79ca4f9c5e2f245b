import type { Logger } from '../logger.ts';

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that remembers. */
export function recordedLog(): Logger & {
  readonly lines: readonly LogLine[];
  has(message: RegExp): boolean;
} {
  const lines: LogLine[] = [];
  const record = (level: keyof Logger) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  return {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    lines,
    has: (message) => lines.some((line) => message.test(line.message)),
  };
}
