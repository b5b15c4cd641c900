import { PassThrough } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { attestry } from '../../src/middleware/koa.ts';
import { actorOf, type Framework } from './framework-app.ts';
import { serve } from './node-server.ts';

export const koa: Framework = {
  name: 'Koa 3',
  start: (options) => {
    const app = new Koa();
    app.silent = true;
    app.use(
      attestry({
        ...options,
        actor: (context) => actorOf(context.req.headers['x-user'] as string | undefined),
      }) as never,
    );
    const router = new Router();
    const answer = (status: number) => (context: { status: number; body: unknown }) => {
      context.body = status === 204 ? null : '';
      context.status = status;
    };
    router.get('/documents', answer(200)).post('/documents', answer(201)).get('/documents/:id', answer(200));
    router.get('/health', answer(200)).patch('/users/:id', answer(200)).delete('/addresses/:id', answer(204));
    router.post('/login', (context) => answer(context.query['ok'] === '1' ? 200 : 401)(context));
    router.post('/logout', answer(204)).get('/reports/:id', answer(403)).get('/private', answer(401));
    router.post('/orders/:id/refunds', () => {
      throw new Error('no money');
    });
    router.post('/exports', (context) => {
      const body = new PassThrough();
      context.body = body;
      body.write('a');
      setTimeout(() => body.end('b'), 20);
    });
    router.post('/jobs', (context) => {
      const body = new PassThrough();
      context.body = body;
      body.write('never');
    });
    app.use(router.routes() as never);
    const listener = app.callback();
    return serve((request, response) => void listener(request, response));
  },
};
