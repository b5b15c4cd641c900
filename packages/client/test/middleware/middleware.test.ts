import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CollectingClient } from '../../src/testing/collecting-client.ts';
import { frameworks as express } from './express-app.ts';
import { fastify } from './fastify-app.ts';
import type { RunningApp } from './framework-app.ts';
import { hono } from './hono-app.ts';
import { koa } from './koa-app.ts';
import { nest } from './nest-app.ts';

const USER = { 'x-user': 'u-1' };

/** Method, path, headers; then what the one event of it says: type, outcome, status, route, target's id. */
const RECORDED = [
  ['POST', '/documents', USER, 'document.created', 'success', 201, '/documents', undefined],
  ['POST', '/documents?token=secret', USER, 'document.created', 'success', 201, '/documents', undefined],
  ['PATCH', '/users/7', USER, 'user.updated', 'success', 200, '/users/:id', '7'],
  ['PATCH', '/users/a%20b', USER, 'user.updated', 'success', 200, '/users/:id', 'a b'],
  ['DELETE', '/addresses/9', USER, 'address.deleted', 'success', 204, '/addresses/:id', '9'],
  ['POST', '/login?ok=1', {}, 'user.login.success', 'success', 200, '/login', undefined],
  ['POST', '/login', {}, 'user.login.failure', 'failure', 401, '/login', undefined],
  ['POST', '/logout', USER, 'user.logout', 'success', 204, '/logout', undefined],
  ['GET', '/reports/3', USER, 'permission.denied', 'denied', 403, '/reports/:id', '3'],
  ['GET', '/private', {}, 'security.unauthorized_access', 'denied', 401, '/private', undefined],
  ['GET', '/missing', {}, 'api.request', 'failure', 404, undefined, undefined],
  ['POST', '/missing/7', {}, 'api.request', 'failure', 404, undefined, undefined],
  ['POST', '/orders/5/refunds', USER, 'refund.created', 'failure', 500, '/orders/:id/refunds', undefined],
  ['POST', '/exports', USER, 'export.created', 'success', 200, '/exports', undefined],
] as const;

const NOT_RECORDED = [
  ['GET', '/documents'],
  ['GET', '/documents/7'],
  ['GET', '/health'],
  ['POST', '/health'],
  ['OPTIONS', '/documents'],
] as const;

describe.each([...express, fastify, hono, koa, nest])('$name', ({ start }) => {
  const client = new CollectingClient();
  let app: RunningApp;
  beforeAll(async () => {
    app = await start({ client, exclude: ['/health'], trustProxy: 1 });
  });
  afterAll(() => app.close());
  beforeEach(() => client.clear());

  /** Answers come before the event of their request is finished. */
  async function events(count: number): Promise<typeof client.events> {
    await expect.poll(() => client.events.length, { timeout: 3_000 }).toBeGreaterThanOrEqual(count);
    await new Promise((resolve) => setTimeout(resolve, 30));
    return client.events;
  }

  test.each(RECORDED)('%s %s', async (...row) => {
    const [method, path, headers, type, status, code, route, targetId] = row;
    const response = await fetch(`${app.url}${path}`, { method, headers });
    await response.arrayBuffer();
    expect(response.status).toBe(code);
    const [event, ...others] = await events(1);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type,
      action: { status },
      http: { method, path: path.replace(/\?.*/, ''), status_code: code },
      actor: 'x-user' in headers ? { type: 'user', id: 'u-1' } : { type: 'anonymous' },
      context: { request_id: response.headers.get('x-request-id') },
    });
    expect(event?.http?.route).toBe(route);
    expect(event?.target?.id).toBe(targetId);
    expect(event?.http?.duration_ms).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(event)).not.toContain('secret');
    if (code === 500) expect(event?.action?.error).toContain('no money');
  });

  test.each(NOT_RECORDED)('%s %s is no event', async (method, path) => {
    await (await fetch(`${app.url}${path}`, { method })).arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(client.events).toEqual([]);
  });

  test('ids and addresses that came along are kept when they are sound', async () => {
    const headers = {
      ...USER,
      'x-request-id': 'req-17',
      'x-correlation-id': 'corr-1',
      'x-forwarded-for': '6.6.6.6, 192.0.2.7',
    };
    const response = await fetch(`${app.url}/logout`, { method: 'POST', headers });
    expect(response.headers.get('x-request-id')).toBe('req-17');
    expect((await events(1))[0]).toMatchObject({
      context: { request_id: 'req-17', correlation_id: 'corr-1' },
      actor: { ip_address: '192.0.2.7' },
    });
    client.clear();
    const hostile = await fetch(`${app.url}/logout`, {
      method: 'POST',
      headers: { 'x-request-id': 'a b<script>' },
    });
    expect(hostile.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    await events(1);
  });

  test('an extractor that throws costs the app nothing', async () => {
    const response = await fetch(`${app.url}/documents`, {
      method: 'POST',
      headers: { 'x-user': 'explode' },
    });
    expect(response.status).toBe(201);
    expect(await events(1)).toMatchObject([
      { type: 'api.error', action: { error: expect.stringContaining('extractor') } },
    ]);
  });

  test('a client that goes away is one event with the status 499', async () => {
    await new Promise<void>((resolve) => {
      const sent = httpRequest(`${app.url}/jobs`, { method: 'POST' }, (response) => {
        response.once('data', () => {
          sent.destroy();
          resolve();
        });
        response.on('error', () => undefined);
      });
      sent.on('error', () => undefined);
      sent.end();
    });
    expect(await events(1)).toMatchObject([
      { type: 'job.created', action: { status: 'failure' }, http: { status_code: 499 } },
    ]);
    expect(client.events).toHaveLength(1);
  });
});
