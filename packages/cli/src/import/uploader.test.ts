import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../connection/api-client.ts';
import { Uploader } from './uploader.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Sent {
  readonly n: number;
}
type Answer = (
  events: readonly Sent[],
  request: number,
) => { readonly status: number; readonly body: unknown } | 'cut';

/** Sends `count` events to a server that answers as the test says. */
async function upload(
  count: number,
  answer: Answer,
): Promise<{ outcomes: string[]; requests: number; atOnceMax: number }> {
  let requests = 0;
  let atOnce = 0;
  let atOnceMax = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    atOnce += 1;
    atOnceMax = Math.max(atOnceMax, atOnce);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { events } = JSON.parse(Buffer.concat(chunks).toString()) as { events: Sent[] };
      const answered = answer(events, requests);
      requests += 1;
      atOnce -= 1;
      if (answered === 'cut') request.socket.destroy();
      else response.writeHead(answered.status, { 'retry-after': '0' }).end(JSON.stringify(answered.body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient(
    { url: `http://127.0.0.1:${port}`, key: 'k', keySource: '', urlSource: '' },
    '0',
  );
  const outcomes: string[] = [];
  const uploader = new Uploader({
    client,
    concurrency: 3,
    onOutcome: (outcome) =>
      outcomes.push(
        outcome.kind === 'refused' ? `${outcome.problem.place} ${outcome.problem.code}` : outcome.kind,
      ),
    onRetry: () => undefined,
  });
  for (let n = 0; n < count; n += 1)
    await uploader.add({ json: JSON.stringify({ n }), file: 'f', place: `line ${n}` });
  await uploader.finish();
  return { outcomes, requests, atOnceMax };
}

const receipts = (events: readonly Sent[], duplicate = false) => ({
  status: 201,
  body: { receipts: events.map(() => ({ duplicate })) },
});

describe('Uploader', () => {
  it('sends batches of at most 500, at most so many at once', async () => {
    const sizes: number[] = [];
    const result = await upload(2100, (events) => {
      sizes.push(events.length);
      return receipts(events);
    });
    expect(result.outcomes.filter((outcome) => outcome === 'new')).toHaveLength(2100);
    expect(sizes.sort((a, b) => a - b)).toEqual([100, 500, 500, 500, 500]);
    expect(result.atOnceMax).toBeLessThanOrEqual(3);
  });

  it('sends a batch again that was refused for load, or cut off after it may have been taken', async () => {
    const { outcomes, requests } = await upload(2, (events, request) => {
      if (request === 0) return { status: 503, body: { code: 'overloaded' } };
      if (request === 1) return 'cut';
      return receipts(events, true);
    });
    expect(outcomes).toEqual(['already_there', 'already_there']);
    expect(requests).toBe(3);
  });

  it('reports each refusal of a mixed batch at its place', async () => {
    const { outcomes } = await upload(3, () => ({
      status: 207,
      body: {
        results: [
          { index: 0, status: 201, receipt: { duplicate: false } },
          { index: 1, status: 400, code: 'invalid_event', path: '/type', detail: 'no' },
          { index: 2, status: 201, receipt: { duplicate: true } },
        ],
      },
    }));
    expect(outcomes).toEqual(['new', 'line 1 invalid_event', 'already_there']);
  });

  it('trap 14: halves a batch that is refused as a whole until the event at fault is alone', async () => {
    const { outcomes } = await upload(9, (events) =>
      events.some(({ n }) => n === 6)
        ? { status: 400, body: { code: 'malformed_json', detail: 'no' } }
        : receipts(events),
    );
    expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(8);
    expect(outcomes).toContain('line 6 malformed_json');
  });

  it('takes the list of refusals when every event is refused', async () => {
    const { outcomes, requests } = await upload(2, () => ({
      status: 409,
      body: {
        code: 'id_conflict',
        errors: [0, 1].map((index) => ({ index, code: 'id_conflict', detail: 'other' })),
      },
    }));
    expect(outcomes).toEqual(['line 0 id_conflict', 'line 1 id_conflict']);
    expect(requests).toBe(1);
  });

  it('counts nothing that the server did not speak of as taken', async () => {
    const { outcomes } = await upload(2, () => ({ status: 201, body: { receipts: [{ duplicate: false }] } }));
    expect(outcomes).toEqual(['new', 'line 1 no_answer']);
  });

  it('ends when the credential is refused', async () => {
    await expect(upload(1, () => ({ status: 401, body: { code: 'unauthorized' } }))).rejects.toMatchObject({
      exitCode: 2,
    });
  });
});
