import express, { type Request as ExpressRequest } from 'express';
import { Hono } from 'hono';
import Koa from 'koa';
import type { NextRequest } from 'next/server.js';
import { expectTypeOf, test } from 'vitest';
import { attestry as forExpress } from '../../src/middleware/express.ts';
import { attestry as forHono } from '../../src/middleware/hono.ts';
import { attestry as forKoa } from '../../src/middleware/koa.ts';
import { AttestryModule } from '../../src/middleware/nest.ts';
import { attestry as forNext } from '../../src/middleware/next.ts';
import { CollectingClient } from '../../src/testing/collecting-client.ts';

interface SignedIn {
  readonly user?: { readonly id: string };
}

const client = new CollectingClient();

test('functions of the app are written for its own requests', () => {
  const actor = ({ user }: ExpressRequest & SignedIn): { type: 'user'; id: string } | undefined =>
    user === undefined ? undefined : { type: 'user', id: user.id };
  express().use(forExpress({ client, actor }));
  // Without saying so, it is Express's own.
  express().use(forExpress({ client, tenant: (request) => request.get('x-tenant') }));
  AttestryModule.forRoot({ client, actor });
  AttestryModule.forRootAsync({ useFactory: () => ({ client, actor }) });
  new Hono().use(forHono({ client, tenant: (context) => context.req.header('x-tenant') }));
  new Koa().use(forKoa({ client, tenant: (context) => context.req.headers['x-tenant']?.toString() }));
});

test('nobody is said as apps say it, and ids may be numbers', () => {
  interface Account {
    readonly user?: { readonly id: number } | null;
  }
  express().use(
    forExpress<ExpressRequest & Account>({
      client,
      actor: ({ user }) => user && { type: 'user', id: user.id },
      tenant: ({ user }) => (user ? 'acme' : null),
    }),
    forExpress({ client, actor: (request) => (request.get('x-user') ? { type: 'user' } : false) }),
    forExpress<ExpressRequest & Account>({
      client,
      actor: async ({ user }) =>
        user ? { type: 'agent', id: 'a', on_behalf_of: { type: 'user', id: user.id } } : null,
    }),
    // @ts-expect-error a text is nobody either, but by mistake
    forExpress({ client, actor: (request) => request.get('x-user') }),
  );
});

test('a wrapped route handler is what Next wants of the file of its route', () => {
  type Handler = (
    request: NextRequest,
    context: { params: Promise<{ id: string }> },
  ) => Response | undefined | Promise<Response | undefined>;
  const withAudit = forNext<NextRequest>({
    client,
    actor: (request) => ({ type: 'user', id: request.nextUrl.host }),
  });
  const PATCH = withAudit(async (_request, { params }: { params: Promise<{ id: string }> }) =>
    Response.json({ id: (await params).id }),
  );
  expectTypeOf(PATCH).toExtend<Handler>();
  expectTypeOf(withAudit(() => new Response(null))).toExtend<Handler>();
});
