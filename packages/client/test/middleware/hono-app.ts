import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { attestry } from '../../src/middleware/hono.ts';
import { actorOf, type Framework } from './framework-app.ts';
import { serve } from './node-server.ts';

export const hono: Framework = {
  name: 'Hono 4',
  start: (options) => {
    const app = new Hono();
    app.use(attestry({ ...options, actor: (context) => actorOf(context.req.header('x-user')) }));
    const documents = new Hono();
    documents.get('/', (context) => context.json([]));
    documents.post('/', (context) => context.json({}, 201));
    documents.get('/:id', (context) => context.json({}));
    app.route('/documents', documents);
    app.get('/health', (context) => context.text('ok'));
    app.patch('/users/:id', (context) => context.json({}));
    app.delete('/addresses/:id', (context) => context.body(null, 204));
    app.post('/login', (context) => context.body(null, context.req.query('ok') === '1' ? 200 : 401));
    app.post('/logout', (context) => context.body(null, 204));
    app.get('/reports/:id', (context) => context.body(null, 403));
    app.get('/private', (context) => context.body(null, 401));
    app.post('/orders/:id/refunds', () => {
      throw new Error('no money');
    });
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
    app.onError((_error, context) => context.body(null, 500));
    const listener = getRequestListener(app.fetch);
    return serve((request, response) => void listener(request, response));
  },
};
