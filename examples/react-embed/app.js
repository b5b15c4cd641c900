// An app with customers, each of whom sees on a page what happened to their documents. The page gets a viewer token for
// the one customer it is for; the API key stays here.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Attestry } from '@attestry/client';
import express from 'express';

// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY. The key must see personal data, for names to be shown.
const { ATTESTRY_URL, ATTESTRY_API_KEY, ORIGIN, TOKEN_S = 900, PORT = 3000 } = process.env;
const CUSTOMERS = ['acme', 'globex'];
const audit = new Attestry({ defaults: { context: { service: 'documents' } } });
const sessions = new Map();

const app = express();
app.use((_request, response, next) => {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(ATTESTRY_URL).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  response.set({ 'content-security-policy': policy.join('; '), 'x-content-type-options': 'nosniff' });
  next();
});
app.use(express.static(join(import.meta.dirname, 'dist')));

// A toy: whoever names a customer is one of its people. Yours asks for more than that.
app.post('/sign-in', express.json(), (request, response) => {
  const { customer, name } = request.body;
  if (!CUSTOMERS.includes(customer) || typeof name !== 'string' || name === '')
    return response.status(400).json({ message: `Give a name and one of the customers ${CUSTOMERS}.` });
  const session = randomUUID();
  sessions.set(session, { customer, actor: { type: 'user', id: `${customer}-${name.toLowerCase()}`, name } });
  response.cookie('session', session, { httpOnly: true, sameSite: 'strict' }).sendStatus(204);
});

app.post('/sign-out', (request, response) => {
  sessions.delete(sessionId(request));
  response.clearCookie('session').sendStatus(204);
});

// What the page must know before it asks for anything: who is signed in, and which log it is. In an app of yours the
// log's key stands in its settings, noted when the server was set up: then no server can put another log in its place.
app.get('/settings', async (request, response) => {
  const session = sessions.get(sessionId(request));
  if (session === undefined) return response.sendStatus(401);
  const { origin, vkey } = (await attestry('GET', '/v1/me')).log;
  response.json({
    url: ATTESTRY_URL,
    log: { origin, vkey },
    customer: session.customer,
    name: session.actor.name,
  });
});

// The page asks with its session, and gets a token for the events of its customer: whatever it asks of the audit log
// with it, it sees no others.
app.post('/audit-token', async (request, response) => {
  const session = sessions.get(sessionId(request));
  if (session === undefined) return response.sendStatus(401);
  const token = await attestry('POST', '/v1/viewer-tokens', {
    origin: origin(),
    filters: { project: [session.customer] },
    personal: true,
    ttl_s: Number(TOKEN_S),
  });
  response.set('cache-control', 'no-store').json(token);
});

// Something that happens, to look at.
app.post('/documents', express.json(), (request, response) => {
  const session = sessions.get(sessionId(request));
  if (session === undefined) return response.sendStatus(401);
  audit.capture({
    type: 'document.created',
    actor: session.actor,
    action: { status: 'success' },
    target: { type: 'document', id: randomUUID(), name: String(request.body.name ?? '') },
    context: { project_id: session.customer },
  });
  void audit.flush();
  response.sendStatus(204);
});

const server = app.listen(PORT, '127.0.0.1', () => process.stdout.write(`listening on ${origin()}\n`));

/** Of the pages, exactly as browsers write it: behind a proxy it is not where this process listens. */
function origin() {
  return ORIGIN ?? `http://127.0.0.1:${server.address().port}`;
}

function sessionId(request) {
  return /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie)?.[1];
}

async function attestry(method, path, body) {
  const answer = await fetch(new URL(path, ATTESTRY_URL), {
    method,
    headers: { authorization: `Bearer ${ATTESTRY_API_KEY}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}
