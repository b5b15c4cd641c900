import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  HttpException,
  type INestApplication,
  Module,
  Patch,
  Post,
  Put,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Attestry } from '../../src/attestry.ts';
import { AttestryModule, Audit } from '../../src/middleware/nest.ts';
import { type AppOptions, type Framework, PLAIN_ROUTES, plainBody } from './framework-app.ts';

type Handler = (request: Request, response: Response) => unknown;
type Route = readonly [decorators: readonly MethodDecorator[], handler: Handler];

const METHODS = { get: Get, post: Post, patch: Patch, put: Put, delete: Delete } as const;

/** Refuses everybody, before any interceptor has seen the request. */
class ClosedGuard implements CanActivate {
  canActivate(_context: ExecutionContext): boolean {
    return false;
  }
}

/** Routes as `@Get('…') name(@Req() request, @Res() response)` would declare them. */
function routesOf({ client }: AppOptions): readonly Route[] {
  return [
    ...PLAIN_ROUTES.map(
      ([method, path, status]): Route => [
        [METHODS[method](path)],
        (_request, response) => response.status(status).json(plainBody(status)),
      ],
    ),
    [[Patch('orgs/:org/docs/:id')], (_request, response) => response.json({})],
    [[Post('orgs/:org/docs/:id/refresh')], fails(new Error('no money'))],
    [[Post('login')], (request, response) => response.status(request.query['ok'] === '1' ? 200 : 401).end()],
    [[Post('orders/:id/refunds')], fails(new Error('no money'))],
    [[Post('checks')], fails(new HttpException('secret-in-message', 422))],
    [
      [Post('notes')],
      (_request, response) => {
        client.capture({ type: 'handler.ran' });
        response.status(201).json({});
      },
    ],
    [
      [Post('profile')],
      (_request, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.json({});
      },
    ],
    [
      [Post('exports')],
      (_request, response) => {
        response.write('a');
        setTimeout(() => response.end('b'), 20);
      },
    ],
    [[Post('jobs')], (_request, response) => response.write('never')],
    [[Post('waits')], () => undefined],
    [[Get('events')], (_request, response) => response.type('text/event-stream').write('data: 1\n\n')],
    [
      [Get('broken')],
      async (_request, response) => {
        response.write('a');
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('tape torn');
      },
    ],
    [
      [Get('audited/:id'), Audit({ type: 'invoice.approved' })],
      (_request, response) => response.status(200).end(),
    ],
    [
      [Get('guarded/:id'), Audit({ type: 'invoice.approved' }), UseGuards(ClosedGuard)],
      (_request, response) => response.status(200).end(),
    ],
  ];
}

function fails(error: Error): Handler {
  return () => {
    throw error;
  };
}

function makeController(options: AppOptions): new () => object {
  class Routes {}
  routesOf(options).forEach(([decorators, handler], index) => {
    const name = `route${index}`;
    Object.defineProperty(Routes.prototype, name, { value: handler, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name) as PropertyDescriptor;
    HttpCode(200)(Routes.prototype, name, descriptor);
    for (const decorator of decorators) decorator(Routes.prototype, name, descriptor);
    Req()(Routes.prototype, name, 0);
    Res()(Routes.prototype, name, 1);
  });
  Controller()(Routes);
  return Routes;
}

/** A Nest app on Express; `forRoot` and `forRootAsync` make the same of it. */
export async function startNest(
  options: AppOptions,
  how: 'sync' | 'async' = 'sync',
  prefix?: string,
  prepare?: (app: INestApplication) => void,
): ReturnType<Framework['start']> {
  const { actor } = options;
  const given = {
    ...options,
    actor: (request: { headers: Record<string, unknown> }) =>
      actor(request.headers['x-user'] as string | undefined),
  };
  class App {}
  Module({
    imports: [
      how === 'async'
        ? AttestryModule.forRootAsync({ useFactory: () => Promise.resolve(given) })
        : AttestryModule.forRoot(given),
    ],
    controllers: [makeController(options)],
  })(App);
  const app = await NestFactory.create(App, { logger: false, forceCloseConnections: true });
  if (prefix !== undefined) app.setGlobalPrefix(prefix);
  prepare?.(app);
  if (app.get(Attestry) !== options.client) throw new Error('the client cannot be injected');
  await app.listen(0, '127.0.0.1');
  return { url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close: () => app.close() };
}

export const nest: Framework = { name: 'NestJS 11', start: (options) => startNest(options) };
