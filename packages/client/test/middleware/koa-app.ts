import { PassThrough, Readable } from 'node:stream';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa from 'koa';
import mount from 'koa-mount';
import { attestry } from '../../src/middleware/koa.ts';
import { type AppOptions, type Framework, PLAIN_ROUTES, plainBody } from './framework-app.ts';
import { serve } from './node-server.ts';

function makeApp(options: AppOptions): Koa {
  const { client, actor } = options;
  const app = new Koa();
  app.silent = true;
  app.use(
    attestry({
      ...options,
      actor: (context) => actor(context.req.headers['x-user'] as string | undefined),
    }) as never,
  );
  app.use(bodyParser());
  const router = new Router();
  for (const [method, path, status] of PLAIN_ROUTES) {
    router[method](path, (context) => {
      context.body = plainBody(status) ?? null;
      context.status = status;
    });
  }
  // Two ways to put routers below each other: an app with a prefix, and a router in a router.
  const documents = new Router();
  documents.patch('/:id', (context) => {
    context.body = {};
  });
  documents.post('/:id/refresh', () => {
    throw new Error('no money');
  });
  const organizations = new Router().use('/:org/docs', documents.routes());
  app.use(mount('/orgs', new Koa().use(organizations.routes() as never)));
  router.post('/login', (context) => {
    context.body = '';
    context.status = context.query['ok'] === '1' ? 200 : 401;
  });
  router.post('/orders/:id/refunds', () => {
    throw new Error('no money');
  });
  router.post('/checks', (context) => context.throw(422, 'secret-in-message'));
  router.post('/notes', (context) => {
    client.capture({ type: 'handler.ran' });
    context.status = 201;
    context.body = {};
  });
  router.post('/profile', (context) => {
    context.res.writeEarlyHints({ link: '</style.css>; rel=preload' });
    context.body = {};
  });
  router.post('/waits', () => new Promise(() => undefined));
  addStreams(router);
  app.use(router.routes() as never);
  return app;
}

function addStreams(router: Router): void {
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
  router.get('/events', (context) => {
    const body = new PassThrough();
    context.type = 'text/event-stream';
    context.body = body;
    body.write('data: 1\n\n');
  });
  router.get('/broken', (context) => {
    context.body = Readable.from(
      (async function* () {
        yield 'a';
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('tape torn');
      })(),
    );
  });
}

export const koa: Framework = {
  name: 'Koa 3',
  start: (options) => {
    const listener = makeApp(options).callback();
    return serve((request, response) => void listener(request, response));
  },
};
