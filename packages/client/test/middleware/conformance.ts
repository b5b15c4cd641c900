import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Attestry } from '../../src/attestry.ts';
import { type CollectedEvent, CollectingClient } from '../../src/testing/collecting-client.ts';
import {
  type AppOptions,
  actorOf,
  type Framework,
  type RunningApp,
  type SuiteAnswer,
} from './framework-app.ts';
import { send } from './node-client.ts';
import { ASKED_CASES, CASES, type SuiteCase } from './suite-cases.ts';

/** Options of the app that the forty requests go to. */
export const STANDARD: Omit<AppOptions, 'client'> = {
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

/** Options of the app that records all that can be asked for. */
const ASKED: Omit<AppOptions, 'client'> = {
  actor: async (header) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return actorOf(header);
  },
  bodies: { request: true, response: true, bytesMax: 400 },
  reads: true,
  trustProxy: 1,
};

/** Where a framework cannot do what the suite asks for, or says it in other words. */
export interface Difference {
  /** Why it cannot answer this request as the others do. */
  readonly cannot?: string;
  /** Text of the event's error. */
  readonly error?: string;
  /** What the framework makes of an error has no `X-Request-ID`. */
  readonly isUnnamed?: true;
}

/** The event with ids, times and durations named by what they are. */
function normalised(event: CollectedEvent, answer: SuiteAnswer, isUnnamed: boolean): object {
  const { id, occurred_at: _time, ...rest } = event;
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const requestId = rest.context?.request_id;
  const isOfAnswer = isUnnamed || answer.status === 0 || requestId === answer.headers['x-request-id'];
  const { http } = rest;
  return {
    ...rest,
    context: { ...rest.context, request_id: isOfAnswer ? '<of the answer>' : requestId },
    ...(http === undefined
      ? {}
      : { http: { ...http, duration_ms: typeof http.duration_ms === 'number' ? '<duration>' : 'none' } }),
  };
}

/** Answers come before the event of their request is finished; and one too many would come a little later. */
export async function eventsOf(
  collected: () => readonly CollectedEvent[],
  count: number,
): Promise<readonly CollectedEvent[]> {
  if (count > 0) await expect.poll(() => collected().length).toBeGreaterThanOrEqual(count);
  await new Promise((resolve) => setTimeout(resolve, count > 0 ? 10 : 40));
  return collected();
}

/** What is expected of this framework. */
function expectedOf(
  { events }: SuiteCase,
  { error }: Difference,
  pattern: (route: string) => string,
): object[] {
  return events.map((event) => {
    const { action, http } = event as { action?: object; http?: { route?: string } };
    return {
      ...event,
      ...(error === undefined ? {} : { action: { ...action, error } }),
      ...(http?.route === undefined ? {} : { http: { ...http, route: pattern(http.route) } }),
    };
  });
}

/** What is known of a framework in advance. */
export interface Peculiarities {
  readonly differences?: Readonly<Record<string, Difference>>;
  /** How it writes a route pattern that others write as `/users/:id`. */
  readonly pattern?: (route: string) => string;
}

/** Sends the same requests to a framework and compares the events they become as a whole. */
export function describeConformance(
  framework: Framework,
  { differences = {}, pattern = (route) => route }: Peculiarities = {},
): void {
  describe(framework.name, () => {
    const client = new CollectingClient();
    let app: RunningApp;
    const clear = (): void => (app.collected === undefined ? client.clear() : void app.collected.splice(0));
    const collected = (of: RunningApp) => () => of.collected ?? client.events;
    beforeAll(async () => {
      app = await framework.start({ ...STANDARD, client });
    });
    afterAll(() => app?.close());
    beforeEach(() => clear());

    test.each(CASES)('$name', async (suiteCase) => {
      const difference = differences[suiteCase.name] ?? {};
      if (difference.cannot !== undefined) return;
      const { isUnnamed = false } = difference;
      const answer = await send(app, suiteCase);
      expect(answer.status).toBe(suiteCase.answer);
      if (answer.status !== 0 && !isUnnamed) {
        expect(answer.headers['x-request-id']).toMatch(/^(?:req-17|[0-9a-f-]{36})$/);
      }
      const events = await eventsOf(collected(app), suiteCase.events.length);
      expect(events.map((event) => normalised(event, answer, isUnnamed))).toEqual(
        expectedOf(suiteCase, difference, pattern),
      );
    });

    describe('with reads, bodies and an actor that has to be looked up', () => {
      let asked: RunningApp;
      beforeAll(async () => {
        asked = await framework.start({ ...ASKED, client });
      });
      afterAll(() => asked?.close());
      beforeEach(() => void asked.collected?.splice(0));

      test.each(ASKED_CASES)('$name', async ({ request, events: expected }) => {
        const answer = await send(asked, request);
        const events = await eventsOf(collected(asked), 1);
        expect(events).toHaveLength(1);
        expect(events.map((event) => normalised(event, answer, false))).toMatchObject(
          expectedOf({ events: expected } as SuiteCase, {}, pattern),
        );
      });
    });

    test('a server of ours that is not there changes no answer', async () => {
      // Nobody listens on port 1.
      const url = 'http://127.0.0.1:1';
      const unreachable = new Attestry({
        url,
        key: 'att_test',
        drainOnExit: false,
        onError: () => undefined,
      });
      const alone = await framework.start({ ...STANDARD, client: unreachable });
      const statuses = [];
      for (const path of ['/documents', '/explosives', '/limits', '/orders/5/refunds']) {
        statuses.push((await send(alone, { method: 'POST', path })).status);
      }
      expect(statuses).toEqual([201, 201, 429, 500]);
      await alone.close();
      await unreachable.close(1);
    });
  });
}
