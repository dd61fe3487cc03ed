import type { Api } from './api.generated.d.ts';
import { ApiProblem, isPassing } from './api-problem.ts';
import { KEPT_HEADER, noteNetwork } from './network.ts';
import { isAnswered } from './second-step.ts';
import { t } from './t.ts';

type Method = keyof Api;
type Paths<M extends Method> = keyof Api[M] & string;
type Part<Operation, Name extends string> = Operation extends Record<Name, infer Value> ? Value : never;
type Request<Operation> = Part<Operation, 'request'> & RequestOptions;
type Answer<Operation> = Part<Operation, 'answer'>;
/** The request may be left out when nothing in it is required. */
type Arguments<Operation> =
  object extends Part<Operation, 'request'> ? [request?: Request<Operation>] : [request: Request<Operation>];

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Idempotency key made with `newKey()`, to keep one over a retry by hand; else each call makes its own. */
  readonly key?: string;
  /** Sent to the end even when the page is closed meanwhile; for bodies of less than 64 kB. */
  readonly keepalive?: boolean;
  /** A file with its fields, for the paths that take `multipart/form-data` instead of a body. */
  readonly form?: FormData;
}

interface AnyRequest extends RequestOptions {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const RETRY_AFTER_MS = [1_000, 3_000];

/** A fresh idempotency key: 128 random bits as hex. Works without a secure context, where `randomUUID` is missing. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Under which hat the page asks: the appointment in `/console/<id>/…` or `?as=<id>`, `learner` in the learner shell, where
 * a teacher may look at their own child; null elsewhere.
 */
export function actingAs(address: { pathname: string; search: string }): string | null {
  const inPath = /^\/console\/([0-9a-f-]{36})(?:\/|$)/.exec(address.pathname)?.[1];
  if (inPath) return inPath;
  if (address.pathname === '/' || address.pathname.startsWith('/my/')) return 'learner';
  return new URLSearchParams(address.search).get('as');
}

function addressOf(path: string, { path: values = {}, query = {} }: AnyRequest): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.append(name, String(value));
  }
  const text = search.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  fields?: { path: string; message: string }[];
  requestId?: string;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const isProblem = (response.headers.get('content-type') ?? '').startsWith('application/problem+json');
  const body = isProblem ? ((await response.json()) as ProblemBody) : {};
  return new ApiProblem({
    status: response.status,
    code: body.code ?? 'unknown',
    message: body.detail ?? body.title ?? t('platform.problem.unknown', { status: response.status }),
    fields: body.fields,
    requestId: body.requestId ?? response.headers.get('x-request-id'),
  });
}

async function send(
  method: string,
  address: string,
  headers: Headers,
  request: AnyRequest,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: request.signal,
      keepalive: request.keepalive === true,
      // The browser writes the boundary of a form into the header itself.
      body: request.form ?? (request.body === undefined ? undefined : JSON.stringify(request.body)),
    });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    noteNetwork(false);
    throw new ApiProblem({
      status: 0,
      code: 'network',
      message: t('platform.problem.network'),
      cause: error,
    });
  }
  noteNetwork(!response.headers.has(KEPT_HEADER));
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined;
  return response.json();
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

async function attempt(method: string, path: string, request: AnyRequest): Promise<unknown> {
  const headers = new Headers({ accept: 'application/json' });
  const hat = actingAs(location);
  if (hat) headers.set('nol-appointment', hat);
  // Browsers too old for Sec-Fetch-Site prove with it that the request is our own page's.
  headers.set('nol-client', 'web');
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  const isWrite = method !== 'GET';
  if (request.key !== undefined) headers.set('idempotency-key', request.key);
  const address = addressOf(path, request);
  for (const waitMs of isWrite ? RETRY_AFTER_MS : []) {
    try {
      return await send(method, address, headers, request);
    } catch (error) {
      // The same key goes out again, so the server does the work at most once.
      if (!isPassing(error)) throw error;
      await pause(waitMs);
    }
  }
  return send(method, address, headers, request);
}

async function call(method: string, path: string, given: AnyRequest = {}): Promise<unknown> {
  const request = method === 'GET' ? given : { ...given, key: given.key ?? newKey() };
  try {
    return await attempt(method, path, request);
  } catch (error) {
    if (!(await isAnswered(error))) throw error;
    return attempt(method, path, request);
  }
}

/**
 * The only client of the API. Paths are those of `openapi.json`; a wrong path, parameter or field does not compile.
 *
 * @throws {ApiProblem} for every refusal, and with code `network` when no answer came.
 */
export const api = {
  get: <P extends Paths<'get'>>(path: P, ...[request]: Arguments<Api['get'][P]>) =>
    call('GET', path, request) as Promise<Answer<Api['get'][P]>>,
  post: <P extends Paths<'post'>>(path: P, ...[request]: Arguments<Api['post'][P]>) =>
    call('POST', path, request) as Promise<Answer<Api['post'][P]>>,
  put: <P extends Paths<'put'>>(path: P, ...[request]: Arguments<Api['put'][P]>) =>
    call('PUT', path, request) as Promise<Answer<Api['put'][P]>>,
  patch: <P extends Paths<'patch'>>(path: P, ...[request]: Arguments<Api['patch'][P]>) =>
    call('PATCH', path, request) as Promise<Answer<Api['patch'][P]>>,
  delete: <P extends Paths<'delete'>>(path: P, ...[request]: Arguments<Api['delete'][P]>) =>
    call('DELETE', path, request) as Promise<Answer<Api['delete'][P]>>,
};
