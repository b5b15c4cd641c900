// Notes, kept in memory, whose every change and failure is in the audit log.
import { Attestry } from '@attestry/client';
import { attestry } from '@attestry/client/fastify';
import Fastify from 'fastify';

// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY.
const audit = new Attestry({ defaults: { context: { service: 'notes' } } });
const notes = new Map();

const app = Fastify();
// Before the routes. The header stands for your own sign-in: `request.user`, most likely.
await app.register(attestry, { client: audit, actor: (request) => userOf(request.headers['x-user']) });

app.post('/notes', async (_request, reply) => {
  const id = String(notes.size + 1);
  notes.set(id, {});
  return reply.code(201).send({ id });
});

app.delete('/notes/:id', async (request, reply) => {
  notes.delete(request.params.id);
  return reply.code(204).send();
});

app.get('/notes/:id', async (request, reply) => {
  const note = notes.get(request.params.id);
  return note ?? reply.code(404).send({ error: 'no such note' });
});

const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
process.stdout.write(`listening on ${address}\n`);

function userOf(name) {
  return name === undefined ? undefined : { type: 'user', id: name };
}
