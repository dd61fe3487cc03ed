import { Ajv, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import fastJsonStringify from 'fast-json-stringify';
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';

const formats = ajvFormats as unknown as (ajv: Ajv) => Ajv;

/**
 * Bodies are taken exactly as they are (extra fields and wrong types are refused); addresses and headers carry only
 * text, so numbers and booleans in their schemas are read from it.
 *
 * @param now - compile while the server starts, so that a faulty schema stops it; else at the first request that needs
 *   it. All together take 0.4 s, which nobody should wait for after a crash.
 */
export function validatorCompiler(now: boolean): FastifySchemaCompiler<object> {
  const options = { removeAdditional: false, useDefaults: true, allErrors: false, strict: false } as const;
  const body = formats(new Ajv({ ...options, coerceTypes: false }));
  const address = formats(new Ajv({ ...options, coerceTypes: true }));
  return ({ schema, httpPart }) => {
    const compile = () => (httpPart === 'body' ? body : address).compile(schema);
    return now ? compile() : whenUsed(compile);
  };
}

/** A validator that is compiled by its first call. */
function whenUsed(compile: () => ValidateFunction): ValidateFunction {
  let compiled: ValidateFunction | undefined;
  const validate = ((data: unknown) => {
    compiled ??= compile();
    const isValid = compiled(data);
    // Fastify reads them off the function it was given.
    validate.errors = compiled.errors;
    return isValid;
  }) as ValidateFunction;
  return validate;
}

/**
 * Writers of answers: what a schema does not name does not leave the server.
 *
 * @param now - as with `validatorCompiler`.
 */
export function serializerCompiler(now: boolean): FastifySerializerCompiler<object> {
  return ({ schema }) => {
    if (now) return fastJsonStringify(schema);
    let write: ((data: unknown) => string) | undefined;
    return (data) => {
      write ??= fastJsonStringify(schema);
      return write(data);
    };
  };
}
