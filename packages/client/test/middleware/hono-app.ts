import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { stream, streamSSE } from 'hono/streaming';
import { attestry } from '../../src/middleware/hono.ts';
import {
  type AppOptions,
  type Framework,
  PLAIN_ROUTES,
  plainBody,
  type SuiteAnswer,
  type SuiteRequest,
} from './framework-app.ts';
import { serve } from './node-server.ts';

function makeApp(options: AppOptions): Hono {
  const { client, actor } = options;
  const app = new Hono();
  app.use(attestry({ ...options, actor: (context) => actor(context.req.header('x-user')) }));
  for (const [method, path, status] of PLAIN_ROUTES) {
    app[method](path, async (context) => {
      if (context.req.header('content-type')?.includes('json') === true) await context.req.json();
      const body = plainBody(status);
      return body === undefined ? context.body(null, status as 204) : context.json(body, status as 200);
    });
  }
  const documents = new Hono();
  documents.patch('/:id', (context) => context.json({}));
  documents.post('/:id/refresh', () => {
    throw new Error('no money');
  });
  const organizations = new Hono().route('/:org/docs', documents);
  app.route('/orgs', organizations);
  app.post('/login', (context) => context.body(null, context.req.query('ok') === '1' ? 200 : 401));
  app.post('/orders/:id/refunds', () => {
    throw new Error('no money');
  });
  app.post('/checks', () => {
    throw new HTTPException(422, { message: 'secret-in-message' });
  });
  app.post('/notes', async (context) => {
    await context.req.json();
    client.capture({ type: 'handler.ran' });
    return context.json({}, 201);
  });
  app.post('/profile', (context) => {
    const { outgoing } = (context.env ?? {}) as { outgoing?: { writeEarlyHints(hints: object): void } };
    outgoing?.writeEarlyHints({ link: '</style.css>; rel=preload' });
    return context.json({});
  });
  app.post('/waits', () => new Promise<Response>(() => undefined));
  addStreams(app);
  app.onError((error, context) => context.body(null, error instanceof HTTPException ? error.status : 500));
  return app;
}

function addStreams(app: Hono): void {
  app.post('/exports', (context) =>
    stream(context, async (out) => {
      await out.write('a');
      await out.sleep(20);
      await out.write('b');
    }),
  );
  app.post('/jobs', (context) =>
    stream(context, async (out) => {
      await out.write('never');
      await out.sleep(60_000);
    }),
  );
  app.get('/events', (context) =>
    streamSSE(context, async (out) => {
      await out.writeSSE({ data: '1' });
      await out.sleep(60_000);
    }),
  );
  app.get('/broken', () => {
    let pulls = 0;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          pulls += 1;
          if (pulls === 1) return controller.enqueue(new TextEncoder().encode('a'));
          await new Promise((resolve) => setTimeout(resolve, 20));
          controller.error(new Error('tape torn'));
        },
      }),
    );
  });
}

export const hono: Framework = {
  name: 'Hono 4 on Node',
  start: (options) => {
    const listener = getRequestListener(makeApp(options).fetch);
    return serve((request, response) => void listener(request, response));
  },
};

/** As Bun, Deno and edge runtimes call an app: a function from request to answer, without a socket. */
export const honoFetch: Framework = {
  name: 'Hono 4 as a fetch function',
  start: (options) => {
    const app = makeApp({ ...options, remoteAddress: () => '127.0.0.1' } as AppOptions);
    return Promise.resolve({
      url: 'http://app.test',
      send: (request) => sendToFetch(app, request),
      close: () => Promise.resolve(),
    });
  },
};

async function sendToFetch(
  app: Hono,
  { method, path, headers = {}, body, leaves }: SuiteRequest,
): Promise<SuiteAnswer> {
  const init = { method, headers, ...(body === undefined ? {} : { body }) };
  const response = await app.fetch(new Request(`http://app.test${path}`, init));
  const answer = { status: response.status, headers: Object.fromEntries(response.headers) };
  let text = '';
  try {
    const reader = (response.body ?? new ReadableStream({ start: (c) => c.close() })).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += new TextDecoder().decode(part.value as Uint8Array);
      if (leaves === 'at_first_byte') await reader.cancel();
    }
  } catch {
    // Cut off; what came is the answer.
  }
  return { ...answer, body: text };
}
