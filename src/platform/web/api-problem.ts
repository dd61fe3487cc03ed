/** A refusal by the server, or `network` when there was no answer. `message` is for the reader, in the page's language. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable name to branch on; listed in docs/errors.md. */
  readonly code: string;
  /** Which fields of the form are wrong, by JSON pointer. */
  readonly fields: readonly { readonly path: string; readonly message: string }[];
  /** Number to quote when asking for help; null when the server gave none. */
  readonly requestId: string | null;

  constructor(problem: {
    status: number;
    code: string;
    message: string;
    fields?: readonly { path: string; message: string }[];
    requestId?: string | null;
    cause?: unknown;
  }) {
    super(problem.message, { cause: problem.cause });
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.fields = problem.fields ?? [];
    this.requestId = problem.requestId ?? null;
  }
}

/** Whether waiting and asking again can help. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status === 429 || error.status >= 502);
}
