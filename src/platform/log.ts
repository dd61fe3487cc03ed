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

/**
 * Message, stack and code only: PostgreSQL puts row values into `detail`, and the value it could not read into the message
 * itself; neither must reach a log.
 */
function serializeError(error: unknown): Record<string, unknown> {
  if (!isErrorLike(error)) return { type: typeof error };
  const { name, message, stack, code, constraint, cause } = error;
  const hide = quotesValues(code) ? (text: string) => text.replaceAll(message, withoutQuoted(message)) : null;
  return {
    type: name ?? typeof error,
    message: hide ? hide(message) : message,
    code,
    constraint,
    stack: hide && stack !== undefined ? hide(stack) : stack,
    cause: cause === undefined ? undefined : serializeError(cause),
  };
}

interface ErrorLike {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly cause?: unknown;
}

/** The queue hands on its errors as plain objects. */
function isErrorLike(error: unknown): error is ErrorLike {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

/** Class 22, "data exception": the message quotes what was given, as in `invalid input syntax for type date: "…"`. */
const quotesValues = (code: unknown) => typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);

const withoutQuoted = (message: string) => message.replaceAll(/"[^"]*"/g, '"[removed]"');
