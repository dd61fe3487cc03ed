import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { AppError } from './errors.ts';
import { localeOf } from './request-locale.ts';
import { problemText } from './i18n/server-words.ts';

/** `application/problem+json` (RFC 9457) with our stable `code`; the web branches on `code` only. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    /** What happened, why and what to do, in the reader's language. */
    detail: Type.String(),
    /** Id to quote to the school's technician; finds the log line. */
    requestId: Type.String(),
    fields: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', additionalProperties: false },
);

export function problemBody(request: FastifyRequest, error: AppError): Record<string, unknown> {
  const text = problemText(localeOf(request), error.code, error.params) ?? error.message;
  return {
    type: `/docs/errors#${error.code}`,
    title: error.code,
    status: error.status,
    code: error.code,
    detail: text,
    requestId: request.id,
    ...(error.fields.length > 0 ? { fields: error.fields } : {}),
  };
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  if (error.status === 503) reply.header('retry-after', '1');
  // Serialised by hand: a route's own response schema must not strip the problem.
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => JSON.stringify(body))
    .type('application/problem+json; charset=utf-8')
    .send(problemBody(request, error));
}
