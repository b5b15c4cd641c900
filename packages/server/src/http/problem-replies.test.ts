import { FatalError, OperationalError } from '@attestry/ledger';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { handleError } from './problem-replies.ts';

it.each([
  { code: 'query_timeout', is: 'query_timeout', status: 504, detail: /Ask for a shorter time span/ },
  { code: 'store_timeout', is: 'unavailable', status: 503, detail: /took too long to answer/ },
  { code: 'store_unreachable', is: 'unavailable', status: 503, detail: /The database is away/ },
  { code: 'search_behind', is: 'unavailable', status: 503, detail: /has not come to the newest events/ },
])('answers $code of the store with $status $is', async ({ code, is, status, detail }) => {
  const app = fastify();
  app.setErrorHandler(handleError);
  app.get('/operational', () => {
    throw new OperationalError(code, 'postgres://somebody:secret@host/ has the details');
  });
  app.get('/fatal', () => {
    throw new FatalError(code, 'postgres://somebody:secret@host/ has the details');
  });
  const answer = await app.inject('/operational');
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
  expect(answer.json()).toMatchObject({ code: is, status, detail: expect.stringMatching(detail) });
  expect(answer.body).not.toContain('secret');
  expect((await app.inject('/fatal')).statusCode).toBe(503);
  await app.close();
});
