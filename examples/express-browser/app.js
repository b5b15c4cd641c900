// An app whose pages tell the audit log what visitors look at. Who they are is its backend's word.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Attestry } from '@attestry/client';
import express from 'express';

// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY. The key never leaves this process.
const { ATTESTRY_URL, ATTESTRY_API_KEY, ORIGIN, PORT = 3000 } = process.env;
const audit = new Attestry({ defaults: { context: { service: 'documents' } } });
const users = new Map();

const app = express();
app.use((_request, response, next) => {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `connect-src 'self' ${new URL(ATTESTRY_URL).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  response.set({ 'content-security-policy': policy.join('; '), 'x-content-type-options': 'nosniff' });
  next();
});
app.use('/assets', express.static(join(import.meta.dirname, 'dist')));

app.get('/', (request, response) => {
  response.send(userOf(request) === undefined ? signInPage() : documentsPage(userOf(request)));
});

// A toy: whoever gives a name is that user. Yours asks for more than that.
app.post('/sign-in', express.urlencoded(), (request, response) => {
  const { name } = request.body;
  if (typeof name !== 'string' || name === '') return response.sendStatus(400);
  const session = randomUUID();
  users.set(session, { type: 'user', id: name });
  // Pages may not say who signed in: this is recorded here, with the key.
  audit.capture({ type: 'user.login.success', actor: users.get(session) });
  response.cookie('session', session, { httpOnly: true, sameSite: 'strict' }).redirect(303, '/');
});

app.post('/sign-out', (request, response) => {
  users.delete(sessionOf(request));
  response.clearCookie('session').redirect(303, '/');
});

// The page asks for a token with its session, and gets one with the name of the visitor sealed into it.
app.post('/audit-token', async (request, response) => {
  const actor = userOf(request);
  if (actor === undefined) return response.sendStatus(401);
  const answer = await fetch(new URL('/v1/browser-tokens', ATTESTRY_URL), {
    method: 'POST',
    headers: { authorization: `Bearer ${ATTESTRY_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      origin: origin(),
      actor,
      context: { service: 'documents' },
      types: ['document.*'],
    }),
  });
  response
    .status(answer.ok ? 200 : 503)
    .set('cache-control', 'no-store')
    .json(await answer.json());
});

const server = app.listen(PORT, '127.0.0.1', () => process.stdout.write(`listening on ${origin()}\n`));

/** Of the pages, exactly as browsers write it: behind a proxy it is not where this process listens. */
function origin() {
  return ORIGIN ?? `http://127.0.0.1:${server.address().port}`;
}

function sessionOf(request) {
  return /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie)?.[1];
}

function userOf(request) {
  return users.get(sessionOf(request));
}

function signInPage() {
  return `<!doctype html><html lang="en"><title>Documents</title>
<form method="post" action="/sign-in">
  <label>Name <input name="name" required></label>
  <button>Sign in</button>
</form>`;
}

function documentsPage(user) {
  return `<!doctype html><html lang="en"><title>Documents</title>
<body data-attestry="${escaped(ATTESTRY_URL)}">
<p>Signed in as ${escaped(user.id)}.</p>
<button data-document="d-41">Open document 41</button>
<button data-document="d-42">Open document 42</button>
<form method="post" action="/sign-out"><button>Sign out</button></form>
<script type="module" src="/assets/page.js"></script>`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
