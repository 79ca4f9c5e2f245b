import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Paths that hold secrets wherever an object with them is logged. */
const SECRET_PATHS = [
  'password',
  'admin_password',
  'adminPassword',
  'token',
  'authorization',
  'privateKey',
  'user_data',
];

/** The logger of a process: JSON lines on stdout, with the process's name, secrets redacted by key. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    redact: {
      paths: SECRET_PATHS.flatMap((path) => [path, `*.${path}`, `*.*.${path}`]),
      censor: '[redacted]',
    },
    mixin: () => {
      const span = trace.getActiveSpan();
      return span === undefined ? {} : { trace: span.spanContext().traceId };
    },
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
