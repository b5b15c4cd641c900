import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CollectingClient } from '../../src/testing/collecting-client.ts';
import { describeConformance, eventsOf, STANDARD } from './conformance.ts';
import { frameworks as express } from './express-app.ts';
import { fastify } from './fastify-app.ts';
import type { RunningApp } from './framework-app.ts';
import { hono, honoFetch } from './hono-app.ts';
import { koa } from './koa-app.ts';
import { nest, startNest } from './nest-app.ts';
import { send } from './node-client.ts';
import { CASES } from './suite-cases.ts';

test('the suite has forty requests', () => {
  expect(CASES).toHaveLength(40);
});

for (const framework of [...express, hono, koa, nest]) describeConformance(framework);

describeConformance(fastify, {
  differences: {
    // It destroys the answer without saying why, and tells its hooks nothing.
    'GET /broken': { error: 'the answer was cut off before it was complete' },
  },
});

describeConformance(honoFetch, {
  differences: { 'POST /waits': { cannot: 'a function has no connection that is closed before it returns' } },
});

describe('NestJS 11 on its own', () => {
  const client = new CollectingClient();
  let app: RunningApp;
  beforeAll(async () => {
    app = await startNest({ ...STANDARD, client }, 'async');
  });
  afterAll(() => app?.close());

  test.each([
    ['/audited/3', 200, 'invoice.approved', 'success'],
    ['/guarded/3', 403, 'invoice.approved', 'denied'],
  ])('%s says by @Audit what it is, whatever its guards say', async (path, status, type, outcome) => {
    client.clear();
    expect((await send(app, { method: 'GET', path })).status).toBe(status);
    expect(await eventsOf(() => client.events, 1)).toMatchObject([
      { type, action: { status: outcome }, http: { route: `${path.slice(0, -1)}:id` } },
    ]);
  });
});
