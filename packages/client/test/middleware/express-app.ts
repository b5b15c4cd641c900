import { createRequire } from 'node:module';
import express5 from 'express';
import { attestry, attestryErrors } from '../../src/middleware/express.ts';
import { type AppOptions, type Framework, PLAIN_ROUTES, plainBody } from './framework-app.ts';
import { serve } from './node-server.ts';

// The types of Express 5 fit what is used of Express 4.
const express4 = createRequire(import.meta.url)('express4') as typeof express5;

function makeApp(express: typeof express5, options: AppOptions): ReturnType<typeof express5> {
  const app = express();
  const { client, actor } = options;
  app.use(
    attestry({ ...options, actor: (request) => actor(request.headers['x-user'] as string | undefined) }),
  );
  app.use(express.json(), express.urlencoded());
  for (const [method, path, status] of PLAIN_ROUTES) {
    app[method](path, (_request, response) => void response.status(status).json(plainBody(status)));
  }
  const documents = express.Router();
  documents.patch('/:id', (_request, response) => void response.json({}));
  documents.post('/:id/refresh', () => {
    throw new Error('no money');
  });
  const organizations = express.Router();
  organizations.use('/:org/docs', documents);
  app.use('/orgs', organizations);
  app.post(
    '/login',
    (request, response) => void response.status(request.query['ok'] === '1' ? 200 : 401).end(),
  );
  app.post('/orders/:id/refunds', () => {
    throw new Error('no money');
  });
  app.post('/checks', (_request, _response, next) => {
    next(Object.assign(new Error('secret-in-message'), { status: 422 }));
  });
  app.post('/notes', (_request, response) => {
    client.capture({ type: 'handler.ran' });
    response.status(201).json({});
  });
  app.post('/profile', (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.json({});
  });
  app.post('/exports', (_request, response) => {
    response.write('a');
    setTimeout(() => response.end('b'), 20);
  });
  app.post('/jobs', (_request, response) => void response.write('never'));
  app.post('/waits', () => undefined);
  app.get('/events', (_request, response) => {
    response.type('text/event-stream').write('data: 1\n\n');
  });
  app.get('/broken', (_request, response, next) => {
    response.write('a');
    setTimeout(() => next(new Error('tape torn')), 20);
  });
  app.use(attestryErrors());
  app.use(((error: { status?: number }, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(error.status ?? 500).end();
  }) as express5.ErrorRequestHandler);
  // What Express writes to the standard error is no part of the suite.
  app.set('env', 'test');
  return app;
}

export const frameworks: readonly Framework[] = [
  { name: 'Express 5', start: (options) => serve(makeApp(express5, options)) },
  { name: 'Express 4', start: (options) => serve(makeApp(express4, options)) },
];
