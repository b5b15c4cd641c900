import 'reflect-metadata';
import { Controller, Delete, Get, HttpCode, Module, Patch, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request, Response } from 'express';
import { AttestryModule, Audit } from '../../src/middleware/nest.ts';
import { actorOf, type Framework } from './framework-app.ts';

type Handler = (request: Request, response: Response) => unknown;

/** Routes as `@Get('…') name(@Req() request, @Res() response)` would declare them. */
const ROUTES: readonly (readonly [decorator: MethodDecorator, handler: Handler])[] = [
  [Get('documents'), (_request, response) => response.json([])],
  [Post('documents'), (_request, response) => response.status(201).json({})],
  [Get('documents/:id'), (_request, response) => response.json({})],
  [Get('health'), (_request, response) => response.send('ok')],
  [Patch('users/:id'), (_request, response) => response.json({})],
  [Delete('addresses/:id'), (_request, response) => response.status(204).end()],
  [Post('login'), (request, response) => response.status(request.query['ok'] === '1' ? 200 : 401).end()],
  [Post('logout'), (_request, response) => response.status(204).end()],
  [Get('reports/:id'), (_request, response) => response.status(403).end()],
  [Get('private'), (_request, response) => response.status(401).end()],
  [
    Post('orders/:id/refunds'),
    () => {
      throw new Error('no money');
    },
  ],
  [
    Post('exports'),
    (_request, response) => {
      response.write('a');
      setTimeout(() => response.end('b'), 20);
    },
  ],
  [Post('jobs'), (_request, response) => response.write('never')],
  [Get('audited'), (_request, response) => response.status(200).end()],
];

function makeController(): new () => object {
  class Routes {}
  ROUTES.forEach(([decorator, handler], index) => {
    const name = `route${index}`;
    Object.defineProperty(Routes.prototype, name, { value: handler, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name) as PropertyDescriptor;
    decorator(Routes.prototype, name, descriptor);
    HttpCode(200)(Routes.prototype, name, descriptor);
    Req()(Routes.prototype, name, 0);
    Res()(Routes.prototype, name, 1);
    if (index === ROUTES.length - 1) Audit({ type: 'invoice.approved' })(Routes.prototype, name, descriptor);
  });
  Controller()(Routes);
  return Routes;
}

export const nest: Framework = {
  name: 'NestJS 11',
  start: async (options) => {
    class App {}
    Module({
      imports: [
        AttestryModule.forRoot({
          ...options,
          actor: (request) => actorOf(request.headers['x-user'] as string | undefined),
        }),
      ],
      controllers: [makeController()],
    })(App);
    const app = await NestFactory.create(App, { logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    return { url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close: () => app.close() };
  },
};
