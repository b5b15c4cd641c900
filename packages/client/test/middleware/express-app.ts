import { createRequire } from 'node:module';
import express5 from 'express';
import { attestry, attestryErrors } from '../../src/middleware/express.ts';
import { type AppOptions, actorOf, type Framework } from './framework-app.ts';
import { serve } from './node-server.ts';

// The types of Express 5 fit what is used of Express 4.
const express4 = createRequire(import.meta.url)('express4') as typeof express5;

function makeApp(express: typeof express5, options: AppOptions): ReturnType<typeof express5> {
  const app = express();
  app.use(
    attestry({ ...options, actor: (request) => actorOf(request.headers['x-user'] as string | undefined) }),
  );
  const documents = express.Router();
  documents.get('/', (_request, response) => void response.json([]));
  documents.post('/', (_request, response) => void response.status(201).json({}));
  documents.get('/:id', (_request, response) => void response.json({}));
  app.use('/documents', documents);
  app.get('/health', (_request, response) => void response.send('ok'));
  app.patch('/users/:id', (_request, response) => void response.json({}));
  app.delete('/addresses/:id', (_request, response) => void response.status(204).end());
  app.post(
    '/login',
    (request, response) => void response.status(request.query['ok'] === '1' ? 200 : 401).end(),
  );
  app.post('/logout', (_request, response) => void response.status(204).end());
  app.get('/reports/:id', (_request, response) => void response.status(403).end());
  app.get('/private', (_request, response) => void response.status(401).end());
  app.post('/orders/:id/refunds', () => {
    throw new Error('no money');
  });
  app.post('/exports', (_request, response) => {
    response.write('a');
    setTimeout(() => response.end('b'), 20);
  });
  app.post('/jobs', (_request, response) => {
    response.write('never');
  });
  app.use(attestryErrors());
  app.use(
    ((_error, _request, response, _next) => void response.status(500).end()) as express5.ErrorRequestHandler,
  );
  return app;
}

export const frameworks: readonly Framework[] = [
  { name: 'Express 5', start: (options) => serve(makeApp(express5, options)) },
  { name: 'Express 4', start: (options) => serve(makeApp(express4, options)) },
];
