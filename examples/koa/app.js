// Notes, kept in memory, whose every change and failure is in the audit log.
import { Attestry } from '@attestry/client';
import { attestry } from '@attestry/client/koa';
import Router from '@koa/router';
import Koa from 'koa';

// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY.
const audit = new Attestry({ defaults: { context: { service: 'notes' } } });
const notes = new Map();

const app = new Koa();
// Before the router. The header stands for your own sign-in: `context.state.user`, most likely.
app.use(attestry({ client: audit, actor: (context) => userOf(context.req.headers['x-user']) }));

const router = new Router();

router.post('/notes', (context) => {
  const id = String(notes.size + 1);
  notes.set(id, {});
  context.status = 201;
  context.body = { id };
});

router.delete('/notes/:id', (context) => {
  notes.delete(context.params.id);
  context.status = 204;
});

router.get('/notes/:id', (context) => {
  const note = notes.get(context.params.id);
  context.assert(note !== undefined, 404, 'no such note');
  context.body = note;
});

app.use(router.routes());

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});

function userOf(name) {
  return name === undefined ? undefined : { type: 'user', id: name };
}
