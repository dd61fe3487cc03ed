import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/**
 * Describes every route under `/api` as OpenAPI 3.1 and serves it at `/api/openapi.json`. Register before the routes.
 */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Not One Less',
        version: '1',
        description:
          'Everything the web part can do. Writes take an `Idempotency-Key`; refusals are `application/problem+json` with a stable `code`.',
      },
    },
    hideUntagged: false,
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema${index}`,
    },
    // The rights a call asks for stand beside it; which relation gives them to whom is in access.csv.
    transform: ({ schema, url, route }) => {
      const actions = [route.config?.action ?? []].flat().map(({ name }) => name);
      const answers = route.config?.answers;
      return {
        schema: url.startsWith('/api/')
          ? {
              ...schema,
              ...(actions.length > 0 ? { 'x-actions': actions } : {}),
              // Media types of an answer that is no JSON.
              ...(answers ? { 'x-answers': answers } : {}),
            }
          : { ...schema, hide: true },
        url,
      };
    },
  });
  app.get(
    '/api/openapi.json',
    { config: { open: true, answers: 'application/json' }, schema: { hide: true } },
    async () => app.swagger(),
  );
}
