import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CollectingClient } from '../../src/testing/collecting-client.ts';
import { describeConformance, eventsOf, STANDARD } from './conformance.ts';
import type { RunningApp } from './framework-app.ts';
import { buildNextSite, type NextSite } from './next-app.ts';
import { send } from './node-client.ts';

let site: NextSite;
beforeAll(async () => {
  site = await buildNextSite();
});
afterAll(() => site?.remove());

describeConformance(
  { name: 'Next.js 16', start: (options) => site.framework.start(options) },
  {
    pattern: (route) => route.replaceAll(/:(\w+)/g, '[$1]'),
    differences: {
      'GET /missing': { cannot: 'Next answers what has no route without asking any code of the app' },
      'POST /missing/7': { cannot: 'the same' },
      // What a handler throws, Next makes an answer of, and lets nobody add to it.
      'POST /orders/5/refunds': { isUnnamed: true },
      'POST /orgs/acme/docs/7/refresh': { isUnnamed: true },
    },
  },
);

describe('Next.js 16 on its own', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await site.framework.start({ ...STANDARD, client: new CollectingClient() });
  });
  afterAll(() => app?.close());
  beforeEach(() => void app.collected?.splice(0));
  const events = (count: number): ReturnType<typeof eventsOf> => eventsOf(() => app.collected ?? [], count);

  test.each([
    ['GET', '/gone', 404, { type: 'gone.viewed', action: { status: 'failure' } }],
    ['POST', '/elsewhere', 307, { type: 'elsewhere.created', action: { status: 'success' } }],
    [
      'POST',
      '/unwrapped',
      500,
      {
        type: 'unwrapped.created',
        action: { error: 'Error: route torn' },
        metadata: { route_type: 'route' },
      },
    ],
    [
      'POST',
      '/nothing',
      500,
      {
        type: 'nothing.created',
        action: { error: 'TypeError: the handler gave no Response but undefined' },
      },
    ],
    [
      'GET',
      '/crash',
      500,
      { type: 'crash.viewed', action: { error: 'Error: page torn' }, metadata: { route_type: 'render' } },
    ],
  ])('%s %s is one event, thrown or not', async (method, path, status, event) => {
    const answer = await send(app, { method, path, headers: { 'user-agent': 'suite/1' } });
    expect(answer.status).toBe(status);
    expect(await events(1)).toMatchObject([
      {
        ...event,
        http: { method, path, route: path, status_code: status },
        actor: { user_agent: 'suite/1' },
      },
    ]);
    expect(app.collected).toHaveLength(1);
  });

  test.each([
    [0, 303, { type: 'document.deleted', action: { status: 'success' }, target: { id: 'd-1' } }],
    [1, 404, { type: 'document.shared', action: { status: 'failure' } }],
    [2, 500, { type: 'document.edited', action: { status: 'failure', error: 'Error: action torn' } }],
  ])('server action %i is one event, thrown or not', async (index, status, event) => {
    const page = await send(app, { method: 'GET', path: '/actions' });
    const id = [...page.body.matchAll(/name="(\$ACTION_ID_\w+)"/g)][index]?.[1] ?? 'no such form';
    const form = new FormData();
    form.set(id, '');
    const answer = await fetch(`${app.url}/actions`, { method: 'POST', body: form, redirect: 'manual' });
    expect(answer.status).toBe(status);
    expect(await events(1)).toMatchObject([event]);
    expect(app.collected).toHaveLength(1);
  });

  test('what the build runs is no event, neither then nor when its answer is given', async () => {
    const answer = await send(app, { method: 'GET', path: '/built' });
    expect(JSON.parse(answer.body)).toEqual({ captured: 0 });
    expect(await events(0)).toEqual([]);
  });
});
