import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/**
 * The one logger. Fields, not sentences; never names, numbers, addresses, cookies or bodies: requests
 * are logged by route pattern, people by nobody.
 *
 * @param destination - where lines go; default standard output.
 */
export function createLogger({
  level = 'info',
  destination,
}: { level?: string; destination?: { write(line: string): void } } = {}): Logger {
  const options = {
    level,
    base: null,
    redact: {
      paths: [
        'req.headers.cookie',
        'headers.cookie',
        'password',
        '*.password',
        'token',
        '*.token',
        'name',
        '*.phone',
      ],
      censor: '[removed]',
    },
    serializers: { err: serializeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Stack and code only: PostgreSQL puts row values into `detail`, which must not reach a log. */
function serializeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? error.code : undefined;
  const constraint = 'constraint' in error ? error.constraint : undefined;
  return {
    type: error.name,
    message: error.message,
    code,
    constraint,
    stack: error.stack,
    cause: error.cause === undefined ? undefined : serializeError(error.cause),
  };
}
