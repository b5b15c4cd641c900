// Notes, kept in memory, whose every change and failure is in the audit log.
import { Attestry } from '@attestry/client';
import { attestry, attestryErrors } from '@attestry/client/express';
import express from 'express';

// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY.
const audit = new Attestry({ defaults: { context: { service: 'notes' } } });
const notes = new Map();

const app = express();
// Before the routes. The header stands for your own sign-in: `request.user`, most likely.
app.use(attestry({ client: audit, actor: (request) => userOf(request.headers['x-user']) }));

app.post('/notes', (_request, response) => {
  const id = String(notes.size + 1);
  notes.set(id, {});
  response.status(201).json({ id });
});

app.delete('/notes/:id', (request, response) => {
  notes.delete(request.params.id);
  response.status(204).end();
});

app.get('/notes/:id', (request, response) => {
  const note = notes.get(request.params.id);
  if (note === undefined) response.status(404).json({ error: 'no such note' });
  else response.json(note);
});

// Behind the routes, so that events say what was thrown.
app.use(attestryErrors());

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});

function userOf(name) {
  return name === undefined ? undefined : { type: 'user', id: name };
}
