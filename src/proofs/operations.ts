import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** Everything the API offers, read from the running contract, and how to ask for it. */

export type Headers = Record<string, string>;
/** Values for what a call names: `lessonId`, `day`, `pupilId` … */
export type Ids = Readonly<Record<string, string>>;

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Names of the actions of which one is authorised. */
  readonly actions: readonly string[];
  /** Media types of an answer that is no JSON; empty for JSON. */
  readonly answers: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly type: string; readonly schema: Schema } | null;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** A list of them: a tuple. */
  readonly items?: Schema | readonly Schema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

export function operationsOf(app: FastifyInstance): Operation[] {
  const document = app.swagger() as unknown as {
    paths: Record<
      string,
      Record<
        string,
        {
          operationId: string;
          'x-actions'?: string[];
          'x-answers'?: string;
          parameters?: Parameter[];
          requestBody?: { content: Record<string, { schema: Schema }> };
        }
      >
    >;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const [content] = Object.entries(described.requestBody?.content ?? {});
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        path,
        actions: described['x-actions'] ?? [],
        answers: described['x-answers'] ?? '',
        parameters: (described.parameters ?? []).filter((one) => one.in !== 'header'),
        body: content ? { type: content[0], schema: content[1].schema } : null,
      };
    }),
  );
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly payload?: unknown;
}

/**
 * A call with valid values.
 *
 * @param body - what is sent instead of the smallest body the contract takes. Values of ids stand in it as `$classId`.
 */
export function askingFor(operation: Operation, ids: Ids, headers: Headers, body?: unknown): Asked {
  let url = operation.path;
  const query: string[] = [];
  for (const { in: place, name, required, schema } of operation.parameters) {
    const given = () => encodeURIComponent(String(sample(schema, name, ids)));
    if (place === 'path') url = url.replace(`{${name}}`, given());
    else if (place === 'query' && (required || ids[name] !== undefined)) query.push(`${name}=${given()}`);
  }
  if (query.length > 0) url += `?${query.join('&')}`;
  const keyed = operation.method === 'GET' ? headers : { ...headers, 'idempotency-key': randomUUID() };
  return { method: operation.method, url, ...contentOf(operation, keyed, ids, body) };
}

/** Sends it to the app without a network between. */
export async function ask(app: FastifyInstance, { method, url, headers, payload }: Asked) {
  return app.inject({ method: method as 'GET', url, headers, payload: payload as object });
}

function contentOf(
  { body }: Operation,
  headers: Headers,
  ids: Ids,
  given: unknown,
): { headers: Headers; payload?: unknown } {
  if (!body) return { headers };
  if (body.type === 'application/json') {
    if (body.schema.type === 'null')
      return { headers: { ...headers, 'content-type': 'application/json' }, payload: 'null' };
    return { headers, payload: given === undefined ? sample(body.schema, '', ids) : filled(given, ids) };
  }
  if (body.type !== 'multipart/form-data')
    return { headers: { ...headers, 'content-type': body.type }, payload: given ?? Buffer.from('x') };
  const payload = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n姓名,学号,班级\r\n林一,1,五（1）班\r\n--b--\r\n`;
  return { headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' }, payload };
}

/** Puts ids in for their names: `$classId` becomes the class. */
function filled(value: unknown, ids: Ids): unknown {
  if (typeof value === 'string' && value.startsWith('$')) return ids[value.slice(1)];
  if (Array.isArray(value)) return value.map((item) => filled(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, ids)]));
}

/** A small valid value of a schema, with the given id wherever one of its name is asked for. */
export function sample(schema: Schema, name: string, ids: Ids): unknown {
  const known = ids[name];
  if (known !== undefined && schema.type !== 'object')
    return schema.type === 'integer' ? Number(known) : known;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf)
    return sample(schema.anyOf.find(({ type }) => type !== 'null') ?? schema.anyOf[0]!, name, ids);
  if (schema.type === 'object') {
    const wanted = new Set(schema.required ?? []);
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([key]) => wanted.has(key))
        .map(([key, value]) => [key, sample(value, key, ids)]),
    );
  }
  if (schema.type === 'array' && Array.isArray(schema.items))
    return schema.items.map((item: Schema) => sample(item, name, ids));
  if (schema.type === 'array')
    return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () =>
      sample((schema.items as Schema | undefined) ?? {}, name.replace(/Ids$/, 'Id'), ids),
    );
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return false;
  return sampleText(schema, ids);
}

function sampleText({ format, pattern, minLength }: Schema, ids: Ids): string {
  if (format === 'uuid') return randomUUID();
  if (format === 'date' || pattern?.includes('\\d{4}-')) return ids['day'] ?? '2026-11-25';
  if (format === 'time' || pattern?.includes(':')) return '08:05';
  if (format === 'date-time') return '2026-11-25T00:00:00.000Z';
  return 'x'.repeat(Math.max(3, minLength ?? 0));
}
