import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Attestry } from '../../src/attestry.ts';
import { type CollectedEvent, CollectingClient } from '../../src/testing/collecting-client.ts';
import { frameworks as express } from './express-app.ts';
import { fastify } from './fastify-app.ts';
import { type AppOptions, actorOf, type RunningApp, type SuiteAnswer } from './framework-app.ts';
import { hono, honoFetch } from './hono-app.ts';
import { koa } from './koa-app.ts';
import { nest, startNest } from './nest-app.ts';
import { send } from './node-client.ts';
import { ASKED_CASES, CASES } from './suite-cases.ts';

const STANDARD: Omit<AppOptions, 'client'> = {
  actor: actorOf,
  exclude: [
    '/health',
    '/internal/*',
    ({ path }) => {
      if (path === '/explosives') throw new Error('exclusion');
      return false;
    },
  ],
  trustProxy: 1,
};

/** Another text of the error, or that a framework cannot do it at all. */
type Difference = { readonly error: string } | 'cannot';

/** Where a framework cannot do what the suite asks for, or says it in other words. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, Difference>>>> = {
  'Fastify 5': {
    // It destroys the answer without saying why, and tells its hooks nothing.
    'GET /broken': { error: 'the answer was cut off before it was complete' },
  },
  'Hono 4 as a fetch function': {
    // A function has no connection that could be closed before it returns.
    'POST /waits': 'cannot',
  },
};

/** The event with ids, times and durations named by what they are. */
function normalised(event: CollectedEvent, answer: SuiteAnswer): object {
  const { id, occurred_at: _time, ...rest } = event;
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const requestId = rest.context?.request_id;
  const isOfAnswer = answer.status === 0 || requestId === answer.headers['x-request-id'];
  return {
    ...rest,
    context: { ...rest.context, request_id: isOfAnswer ? '<of the answer>' : requestId },
    ...(rest.http === undefined
      ? {}
      : {
          http: {
            ...rest.http,
            duration_ms: typeof rest.http.duration_ms === 'number' ? '<duration>' : 'none',
          },
        }),
  };
}

function withError(event: object, difference: Difference | undefined): object {
  const { action } = event as { action?: object };
  return difference === undefined ? event : { ...event, action: { ...action, ...(difference as object) } };
}

/** Answers come before the event of their request is finished; and one too many would come a little later. */
async function eventsOf(
  collected: () => readonly CollectedEvent[],
  count: number,
): Promise<readonly CollectedEvent[]> {
  if (count > 0)
    await expect.poll(() => collected().length, { timeout: 3_000 }).toBeGreaterThanOrEqual(count);
  await new Promise((resolve) => setTimeout(resolve, count > 0 ? 10 : 40));
  return collected();
}

test('the suite has forty requests', () => {
  expect(CASES).toHaveLength(40);
});

describe.each([...express, fastify, hono, honoFetch, koa, nest])('$name', ({ name, start }) => {
  const client = new CollectingClient();
  let app: RunningApp;
  beforeAll(async () => {
    app = await start({ ...STANDARD, client });
  });
  afterAll(() => app.close());
  beforeEach(() => client.clear());

  test.each(CASES)('$name', async (suiteCase) => {
    const difference = DIFFERENCES[name]?.[suiteCase.name];
    if (difference === 'cannot') return;
    const { answer: status, events: expected, ...request } = suiteCase;
    const events = expected.map((event) => withError(event, difference));
    const answer = await send(app, request);
    expect(answer.status).toBe(status);
    if (status !== 0) expect(answer.headers['x-request-id']).toMatch(/^(?:req-17|[0-9a-f-]{36})$/);
    const collected = await eventsOf(() => client.events, events.length);
    expect(collected.map((event) => normalised(event, answer))).toEqual(events);
  });

  describe('with reads, bodies and an actor that has to be looked up', () => {
    let asked: RunningApp;
    beforeAll(async () => {
      const lookUp = async (header: string | undefined): Promise<ReturnType<typeof actorOf>> => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return actorOf(header);
      };
      const bodies = { request: true, response: true, bytesMax: 400 };
      asked = await start({ client, trustProxy: 1, reads: true, bodies, actor: lookUp });
    });
    afterAll(() => asked.close());

    test.each(ASKED_CASES)('$name', async ({ request, events }) => {
      const answer = await send(asked, request);
      const collected = await eventsOf(() => client.events, 1);
      expect(collected.map((event) => normalised(event, answer))).toMatchObject(events);
      expect(collected).toHaveLength(1);
    });
  });

  test('a server of ours that is not there changes no answer', async () => {
    // Nobody listens on port 1.
    const unreachable = new Attestry({
      url: 'http://127.0.0.1:1',
      key: 'att_test',
      drainOnExit: false,
      onError: () => undefined,
    });
    const alone = await start({ ...STANDARD, client: unreachable as CollectingClient });
    const answers = [];
    for (const path of ['/documents', '/explosives', '/missing/7', '/orders/5/refunds']) {
      const answer = await send(alone, { method: 'POST', path });
      answers.push([answer.status, typeof answer.headers['x-request-id']]);
    }
    expect(answers).toEqual([
      [201, 'string'],
      [201, 'string'],
      [404, 'string'],
      [500, 'string'],
    ]);
    await alone.close();
    await unreachable.close(1);
  });
});

describe('NestJS 11 on its own', () => {
  const client = new CollectingClient();
  let app: RunningApp;
  beforeAll(async () => {
    app = await startNest({ ...STANDARD, client }, 'async');
  });
  afterAll(() => app.close());

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
