import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { SHARED_SCHEMAS } from './shared-schemas.ts';

const DESCRIPTION = `Append-only audit log with signed checkpoints (C2SP tlog-tiles).

Every route but health, readiness, metrics and this reference takes \`Authorization: Bearer <API key>\`. The tenant comes
from the key alone; another tenant's things are 404. Errors are problem documents (RFC 9457) with a stable \`code\`.`;

/** `/openapi.json` (OpenAPI 3.1, from the same schemas that validate) and the reference page `/docs`, self-hosted. */
export async function addReference(app: FastifyInstance): Promise<void> {
  for (const schema of SHARED_SCHEMAS) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Attestry',
        version: '1.0.0',
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'att_<env>_<id>_<secret>_<crc>' },
          session: { type: 'apiKey', in: 'cookie', name: 'attestry_session' },
          browserToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'att_browser_<key>_<expiry>_<claims>',
          },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    // OpenAPI has no wildcard parameters; the rest of a tile's path is called `path`.
    transform: ({ schema, url }) => {
      const { params } = schema as { params?: { properties: Record<string, object> } };
      if (!url.endsWith('/*') || params === undefined) return { schema, url };
      const { '*': rest = {}, ...others } = params.properties;
      const properties = { ...others, path: rest };
      return {
        schema: { ...schema, params: { ...params, properties, required: Object.keys(properties) } },
        url: `${url.slice(0, -1)}:path`,
      };
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) =>
        typeof json.$id === 'string' ? json.$id : `def-${i}`,
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}
