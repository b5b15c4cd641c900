// What the routes of the suite share. The app's folder is made by next-app.ts.
import { Attestry } from '@attestry/client';
import { attestry } from '@attestry/client/next';

// The error page, pages and routes are bundled apart; one client for all of them.
globalThis.suiteClient ??= new Attestry({ flushIntervalMs: 1, onError: () => undefined });
export const client = globalThis.suiteClient;

const lookUp = (request) => {
  const id = request.headers.get('x-user');
  if (id === 'explode') throw new Error('extractor');
  return id === null ? undefined : { type: 'user', id };
};

const options =
  process.env.SUITE_OPTIONS === 'asked'
    ? {
        actor: async (request) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          return lookUp(request);
        },
        bodies: { request: true, response: true, bytesMax: 400 },
        reads: true,
      }
    : {
        actor: lookUp,
        exclude: [
          '/health',
          '/internal/*',
          ({ path }) => {
            if (path === '/explosives') throw new Error('exclusion');
            return false;
          },
        ],
      };

export const withAudit = attestry({ client, trustProxy: 1, ...options });

export const answer = (status) =>
  withAudit(async (request) => {
    if (request.headers.get('content-type')?.includes('json')) await request.json();
    if (status === 204 || status === 304) return new Response(null, { status });
    return Response.json({ ok: status < 400, password: 'hunter2' }, { status });
  });

export const stream = (parts, headers = {}) =>
  new Response(
    new ReadableStream({
      async pull(controller) {
        const part = parts.shift();
        if (part === undefined) return controller.close();
        const value = await part();
        controller.enqueue(new TextEncoder().encode(value));
      },
    }),
    { headers },
  );

export const later = (ms, value) => () => new Promise((resolve) => setTimeout(resolve, ms, value));
