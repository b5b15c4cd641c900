import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { attestry } from '../../src/middleware/fastify.ts';
import { actorOf, type Framework } from './framework-app.ts';

export const fastify: Framework = {
  name: 'Fastify 5',
  start: async (options) => {
    const app = Fastify({ forceCloseConnections: true });
    await app.register(attestry, {
      ...options,
      actor: (request) => actorOf(request.headers['x-user'] as string | undefined),
    });
    await app.register(
      async (documents) => {
        documents.get('/', async () => []);
        documents.post('/', async (_request, reply) => reply.code(201).send({}));
        documents.get('/:id', async () => ({}));
      },
      { prefix: '/documents' },
    );
    app.get('/health', async () => 'ok');
    app.patch('/users/:id', async () => ({}));
    app.delete('/addresses/:id', async (_request, reply) => reply.code(204).send());
    app.post('/login', async (request, reply) =>
      reply.code((request.query as { ok?: string }).ok === '1' ? 200 : 401).send(),
    );
    app.post('/logout', async (_request, reply) => reply.code(204).send());
    app.get('/reports/:id', async (_request, reply) => reply.code(403).send());
    app.get('/private', async (_request, reply) => reply.code(401).send());
    app.post('/orders/:id/refunds', async () => {
      throw new Error('no money');
    });
    app.post('/exports', async (_request, reply) =>
      reply.send(
        Readable.from(
          (async function* () {
            yield 'a';
            await new Promise((resolve) => setTimeout(resolve, 20));
            yield 'b';
          })(),
        ),
      ),
    );
    app.post('/jobs', (_request, reply) => {
      reply.hijack();
      reply.raw.write('never');
    });
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
};
