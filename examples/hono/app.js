// Notes, kept in memory, whose every change and failure is in the audit log.
import { Attestry } from '@attestry/client';
import { attestry } from '@attestry/client/hono';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY.
const audit = new Attestry({ defaults: { context: { service: 'notes' } } });
const notes = new Map();

const app = new Hono();
// Before the routes. The header stands for your own sign-in: `context.get('user')`, most likely.
app.use(attestry({ client: audit, actor: (context) => userOf(context.req.header('x-user')) }));

app.post('/notes', (context) => {
  const id = String(notes.size + 1);
  notes.set(id, {});
  return context.json({ id }, 201);
});

app.delete('/notes/:id', (context) => {
  notes.delete(context.req.param('id'));
  return context.body(null, 204);
});

app.get('/notes/:id', (context) => {
  const note = notes.get(context.req.param('id'));
  return note === undefined ? context.json({ error: 'no such note' }, 404) : context.json(note);
});

// On Bun and edge runtimes: `export default app`.
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, ({ port }) => {
  process.stdout.write(`listening on http://127.0.0.1:${port}\n`);
});

function userOf(name) {
  return name === undefined ? undefined : { type: 'user', id: name };
}
