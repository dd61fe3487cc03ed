/** JSON schema as TypeBox writes it into OpenAPI 3.1; only what our contracts use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | readonly Schema[] | boolean;
  readonly prefixItems?: readonly Schema[];
  readonly description?: string;
}

interface Content {
  readonly [mediaType: string]: { readonly schema?: Schema };
}
interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  readonly requestBody?: { readonly required?: boolean; readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

function name(text: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(text) ? text : JSON.stringify(text);
}

/** Name of a shared schema as a type: `def-0` and the like stay readable as they are titled. */
function refName(ref: string): string {
  return name(ref.slice(ref.lastIndexOf('/') + 1).replace(/\W/g, '_'));
}

function literal(value: unknown): string {
  return JSON.stringify(value);
}

function objectType(schema: Schema): string {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([key, value]) => `${name(key)}${required.has(key) ? '' : '?'}: ${typeOf(value)}`,
  );
  const rest =
    typeof schema.additionalProperties === 'object'
      ? schema.additionalProperties
      : Object.values(schema.patternProperties ?? {})[0];
  if (rest) {
    const record = `Record<string, ${typeOf(rest)}>`;
    return fields.length === 0 ? record : `{ ${fields.join('; ')} } & ${record}`;
  }
  return fields.length === 0 ? 'Record<string, unknown>' : `{ ${fields.join('; ')} }`;
}

function arrayType(schema: Schema): string {
  const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
  if (tuple) return `[${tuple.map(typeOf).join(', ')}]`;
  return typeof schema.items === 'object' ? `(${typeOf(schema.items as Schema)})[]` : 'unknown[]';
}

function simpleType(type: string, schema: Schema): string {
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return arrayType(schema);
    case 'object':
      return objectType(schema);
    default:
      throw new Error(`JSON schema type "${type}" is not known to tools/api-types.`);
  }
}

/** TypeScript type of a schema, on one line. */
export function typeOf(schema: Schema): string {
  if (schema.$ref) return `Schemas[${JSON.stringify(refName(schema.$ref))}]`;
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].map((choice) => `(${choice})`).join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => simpleType(type, schema)).join(' | ');
  if (typeof schema.type === 'string') return simpleType(schema.type, schema);
  return 'unknown';
}

function parameters(operation: Operation, place: string): string | null {
  const found = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  if (found.length === 0) return null;
  const fields = found.map(
    ({ name: key, required, schema }) => `${name(key)}${required ? '' : '?'}: ${typeOf(schema ?? {})}`,
  );
  const optional = found.every(({ required }) => !required);
  return `${place}${optional ? '?' : ''}: { ${fields.join('; ')} }`;
}

function jsonOf(content: Content | undefined): Schema | undefined {
  return content?.['application/json']?.schema;
}

function operationType(operation: Operation): string {
  const body = jsonOf(operation.requestBody?.content);
  const request = [
    parameters(operation, 'path'),
    parameters(operation, 'query'),
    body ? `body${operation.requestBody?.required === false ? '?' : ''}: ${typeOf(body)}` : null,
  ].filter((part) => part !== null);
  const answers = Object.entries(operation.responses ?? {})
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => {
      const schema = jsonOf(content);
      return schema ? typeOf(schema) : 'undefined';
    });
  const answer = answers.length === 0 ? 'undefined' : [...new Set(answers)].join(' | ');
  return `{ request: { ${request.join('; ')} }; answer: ${answer} }`;
}

/**
 * `api.generated.d.ts` from the OpenAPI document: one type `Api[method][path] = { request, answer }`.
 *
 * A generator of our own because `openapi-typescript` needs TypeScript 5 beside the 7 we check with, and because
 * the client wants exactly this shape.
 */
export function generateTypes(openapi: OpenApi): string {
  const lines = ['// Written by `npm run api` from openapi.json; do not edit.', ''];
  lines.push('export interface Schemas {');
  for (const [key, schema] of Object.entries(openapi.components?.schemas ?? {})) {
    lines.push(`  ${refName(key)}: ${typeOf(schema)};`);
  }
  lines.push('}', '', 'export interface Api {');
  for (const method of METHODS) {
    lines.push(`  ${method}: {`);
    for (const [path, operations] of Object.entries(openapi.paths).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const operation = operations[method];
      if (operation) lines.push(`    ${JSON.stringify(path)}: ${operationType(operation)};`);
    }
    lines.push('  };');
  }
  lines.push('}', '');
  return lines.join('\n');
}
