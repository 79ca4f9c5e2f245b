/** The part of a structured logger that is used here (pino's order of arguments). */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
