import Fastify from 'fastify';

// The baseline of single posts: a route that parses the body and answers 201, and does nothing else.
const app = Fastify();
app.post('/v1/events', (_request, reply) => reply.code(201).send({ ok: true }));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.(url);
