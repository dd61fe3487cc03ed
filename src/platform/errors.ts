/** Stable machine-readable name of a refusal, e.g. `lesson_not_found`; listed in docs/errors.md. */
export type ProblemCode = string;

export interface FieldProblem {
  /** JSON pointer into the request body, or `query.name`, `params.name`. */
  readonly path: string;
  readonly message: string;
}

/**
 * A refusal that the caller can understand and act on; everything else is a bug.
 *
 * `message` is English for logs and developers; people read the catalogue entry `problem.<code>` in
 * their own language, filled with `params`.
 */
export class AppError extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly fields: readonly FieldProblem[];

  constructor(
    status: number,
    code: ProblemCode,
    message: string,
    {
      params = {},
      fields = [],
      cause,
    }: { params?: Record<string, string | number>; fields?: FieldProblem[]; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'AppError';
    this.status = status;
    this.code = code;
    this.params = params;
    this.fields = fields;
  }
}

/** "Not yours" and "does not exist" are the same answer, so that ids cannot be probed. */
export function notFound(
  code: ProblemCode = 'not_found',
  message = 'There is no such thing here.',
): AppError {
  return new AppError(404, code, message);
}
