import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { attestry } from '../../src/middleware/fastify.ts';
import { type Framework, PLAIN_ROUTES, plainBody } from './framework-app.ts';

export const fastify: Framework = {
  name: 'Fastify 5',
  start: async (options) => {
    const app = Fastify({ forceCloseConnections: true });
    const { client, actor } = options;
    await app.register(attestry, {
      ...options,
      actor: (request) => actor(request.headers['x-user'] as string | undefined),
    });
    for (const [method, path, status] of PLAIN_ROUTES) {
      app[method](path, (_request, reply) => void reply.code(status).send(plainBody(status)));
    }
    await app.register(
      async (organizations) => {
        await organizations.register(
          async (documents) => {
            documents.patch('/:id', async () => ({}));
            documents.post('/:id/refresh', async () => {
              throw new Error('no money');
            });
          },
          { prefix: '/:org/docs' },
        );
      },
      { prefix: '/orgs' },
    );
    app.post('/login', async (request, reply) =>
      reply.code((request.query as { ok?: string }).ok === '1' ? 200 : 401).send(),
    );
    app.post('/orders/:id/refunds', async () => {
      throw new Error('no money');
    });
    app.post('/checks', async () => {
      throw Object.assign(new Error('secret-in-message'), { statusCode: 422 });
    });
    app.post('/notes', async (_request, reply) => {
      client.capture({ type: 'handler.ran' });
      return reply.code(201).send({});
    });
    app.post('/profile', async (_request, reply) => {
      reply.raw.writeEarlyHints({ link: '</style.css>; rel=preload' });
      return {};
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
    app.post('/waits', () => new Promise(() => undefined));
    app.get('/events', (_request, reply) => {
      const stream = new Readable({ read: () => undefined });
      stream.push('data: 1\n\n');
      reply.type('text/event-stream').send(stream);
    });
    app.get('/broken', async (_request, reply) =>
      reply.send(
        Readable.from(
          (async function* () {
            yield 'a';
            await new Promise((resolve) => setTimeout(resolve, 20));
            throw new Error('tape torn');
          })(),
        ),
      ),
    );
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
};
