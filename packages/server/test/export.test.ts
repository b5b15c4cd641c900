import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await openTestServer();
  token = await server.makeTenant('exports');
  for (let batch = 0; batch < 4; batch++) {
    const events = Array.from({ length: 500 }, (_, i) => ({
      type: 'a.b',
      actor: {
        type: 'user',
        id: `u-${i % 7}`,
        name: i === 0 ? '=HYPERLINK("http://evil")' : 'Ann, "the" \n one',
      },
      metadata: { i: batch * 500 + i, filler: 'x'.repeat(500) },
    }));
    expect((await server.post('/v1/events', { events }, token)).statusCode).toBe(201);
  }
});
afterAll(() => server?.remove());

describe('GET /v1/export', () => {
  it('streams every matching event as NDJSON, in order', async () => {
    const answer = await server.get('/v1/export?type=a.b&order=asc', token);
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    expect(answer.headers['content-disposition']).toMatch(
      /attachment; filename="exports-\d{4}-\d{2}-\d{2}\.ndjson"/,
    );
    const events = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toHaveLength(2_000);
    expect(events.map(({ metadata }) => metadata.i)).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
    const { id } = events[17];
    const { verification: _verification, ...single } = (await server.get(`/v1/events/${id}`, token)).json();
    expect(events[17]).toEqual(single);
  });

  it('streams CSV with a header and without formulas (trap 39)', async () => {
    const { body } = await server.get(
      '/v1/export?format=csv&type=a.b&order=asc&fields=actor.name,metadata.i',
      token,
    );
    expect(body.startsWith('actor.name,metadata.i\r\n')).toBe(true);
    expect(body).toContain(`"'=HYPERLINK(""http://evil"")",0\r\n`);
    expect(body).toContain('"Ann, ""the"" \n one",1\r\n');
  });

  it('has its header when nothing matches (trap 39)', async () => {
    const { body, statusCode } = await server.get('/v1/export?format=csv&actor=nobody', token);
    expect(statusCode).toBe(200);
    expect(body).toMatch(/^seq,id,[^\n]*\r\n$/);
    expect((await server.get('/v1/export?actor=nobody', token)).body).toBe('');
  });

  it('refuses filters it does not understand before anything is sent', async () => {
    expect((await server.get('/v1/export?actr=x', token)).statusCode).toBe(400);
    expect((await server.get('/v1/export?ip=everywhere', token)).statusCode).toBe(400);
  });

  it('runs a bounded number at a time and is free again afterwards', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.get('/v1/export?type=a.b', token)),
    );
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    for (const { headers, statusCode } of answers)
      if (statusCode === 429) expect(headers['retry-after']).toBeDefined();
    expect((await server.get('/v1/export?type=a.b', token)).statusCode).toBe(200);
  });

  it('stops when its client goes away', async () => {
    const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
    for (let i = 0; i < 6; i++) {
      await new Promise<void>((resolve) => {
        const sent = request(
          `${url}/v1/export?type=a.b`,
          { headers: { authorization: `Bearer ${token}` } },
          (answer) => {
            answer.once('data', () => sent.destroy());
          },
        );
        sent.on('error', () => resolve());
        sent.on('close', () => resolve());
        sent.end();
      });
    }
    const free = await eventually(
      () => Promise.all(Array.from({ length: 2 }, () => server.get('/v1/export?actor=nobody', token))),
      (answers) => answers.every(({ statusCode }) => statusCode === 200),
    );
    expect(free).toHaveLength(2);
  });

  it('breaks the transfer when it breaks, never a short file that looks whole (trap 40)', async () => {
    const { port } = server.app.server.address() as { port: number };
    const url = `http://127.0.0.1:${port}`;
    const outcome = await new Promise<{ isComplete: boolean; bytes: number; error?: string }>(
      (resolve, reject) => {
        const sent = request(
          `${url}/v1/export?type=a.b`,
          { headers: { authorization: `Bearer ${token}` } },
          (answer) => {
            let bytes = 0;
            answer.once('data', () => {
              answer.pause();
              // The threads die under the running export, as they would of a damaged page or too little memory.
              server.ops.exporter.close().then(() => answer.resume(), reject);
            });
            answer.on('data', (chunk: Buffer) => {
              bytes += chunk.length;
            });
            answer.on('error', (error) =>
              resolve({ isComplete: answer.complete, bytes, error: error.message }),
            );
            answer.on('end', () => resolve({ isComplete: answer.complete, bytes }));
          },
        );
        sent.on('error', reject);
        sent.end();
      },
    );
    expect(outcome.isComplete).toBe(false);
    expect(outcome.error).toBeDefined();
    expect((await server.get('/v1/export?actor=nobody', token)).statusCode).toBe(200);
  });

  it('has by its words what the log has, though the full-text index comes later', async () => {
    const events = Array.from({ length: 500 }, () => ({
      type: 'c.d',
      action: { description: 'needle in a haystack' },
    }));
    expect((await server.post('/v1/events', { events }, token)).statusCode).toBe(201);
    const { body } = await server.get('/v1/export?q=needle', token);
    expect(body.trimEnd().split('\n')).toHaveLength(500);
  });

  it('has what the log had when it began, and nothing that was recorded later', async () => {
    const { ledger, exporter } = server.ops;
    const query = await ledger.compileQuery('exports', { type: ['a.b'] }, { personal: true });
    const order = { tenant: 'exports', query, order: 'asc', personal: true, format: 'ndjson' } as const;
    // Nobody takes its chunks yet, so most pages are read after the event that comes now.
    const stream = await exporter.start({ ...order, fields: undefined }, 'a key');
    expect((await server.post('/v1/events', { type: 'a.b' }, token)).statusCode).toBe(201);
    expect((await text(stream)).trimEnd().split('\n')).toHaveLength(2_000);
    expect((await server.get('/v1/export?type=a.b', token)).body.trimEnd().split('\n')).toHaveLength(2_001);
  });
});
