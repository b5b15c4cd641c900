import {
  bytesToHex,
  decodeEntryBundle,
  hashLeaf,
  hexToBytes,
  openNote,
  parseCheckpoint,
  portableCrypto,
  utf8Encode,
  verifyConsistency,
  verifyInclusion,
  verifyTlogProof,
} from '@attestry/core';
import { changeStoredText } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let token: string;
let vkey: string;
let ids: string[];

interface CheckpointView {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly note: string;
}

const latest = async (): Promise<CheckpointView> =>
  (await server.get('/v1/checkpoints/latest', token)).json<CheckpointView>();

beforeAll(async () => {
  server = await openTestServer();
  token = await server.makeTenant('evidence');
  vkey = (await server.get('/v1/tenants/evidence')).json().vkey;
  const send = async (count: number): Promise<string[]> => {
    const events = Array.from({ length: count }, (_, i) => ({ type: 'a.b', metadata: { i } }));
    const answer = (await server.post('/v1/events', { events }, token)).json();
    return answer.receipts.map(({ id }: { id: string }) => id);
  };
  ids = await send(300);
  await eventually(latest, ({ size }) => size >= 301);
  ids = [...ids, ...(await send(300))];
  await eventually(latest, ({ size }) => size >= 601);
});
afterAll(() => server?.remove());

describe('checkpoints', () => {
  it("are signed notes under the log's key, listed by size, found by size and by day", async () => {
    const newest = await latest();
    const { text, verified } = openNote(portableCrypto, newest.note, [vkey]);
    expect(verified).toHaveLength(1);
    expect(parseCheckpoint(text)).toMatchObject({ origin: 'test.example/t/evidence', size: newest.size });
    const { checkpoints } = (await server.get('/v1/checkpoints?order=asc', token)).json<{
      checkpoints: CheckpointView[];
    }>();
    const sizes = checkpoints.map(({ size }) => size);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect((await server.get(`/v1/checkpoints/${newest.size}`, token)).json()).toEqual(newest);
    const today = new Date().toISOString().slice(0, 10);
    expect((await server.get(`/v1/checkpoints/${today}`, token)).json().size).toBe(newest.size);
    expect((await server.get('/v1/checkpoints/2020-01-01', token)).statusCode).toBe(404);
  });

  it('are stored as signed, never made again (trap 10)', async () => {
    const newest = await latest();
    const again = (await server.get(`/v1/checkpoints/${newest.size}`, token)).json<CheckpointView>();
    expect(again.note).toBe(newest.note);
  });
});

describe('events and proofs', () => {
  it('verify against the signed root', async () => {
    const event = (await server.get(`/v1/events/${ids[5]}`, token)).json();
    expect(event.verification).toMatchObject({
      status: 'verified',
      hash: event.hash,
      seq: event.seq,
      checkpoint: { size: expect.any(Number) },
    });
  });

  it('come as tlog-proof files that core checks alone', async () => {
    const answer = await server.get(`/v1/events/${ids[5]}/proof`, token);
    expect(answer.headers['content-type']).toContain('text/plain');
    const { seq } = (await server.get(`/v1/events/${ids[5]}`, token)).json();
    const bundle = await server.get(`/v1/logs/evidence/tile/entries/000`, token);
    const recordBytes = decodeEntryBundle(bundle.rawPayload)[seq] as Uint8Array;
    expect(
      verifyTlogProof(portableCrypto, { proofText: answer.body, recordBytes, vkeys: [vkey] }),
    ).toMatchObject({ ok: true });
    const forged = new Uint8Array(recordBytes);
    forged[40] = (forged[40] ?? 0) ^ 1;
    expect(
      verifyTlogProof(portableCrypto, { proofText: answer.body, recordBytes: forged, vkeys: [vkey] }),
    ).toMatchObject({ ok: false });
  });

  it('are refused when the stored bytes are not those that were signed (trap 2)', async () => {
    const tampered = await openTestServer();
    try {
      const { id } = (await tampered.post('/v1/events', { type: 'a.b', metadata: { amount: 1 } })).json();
      await eventually(
        async () => (await tampered.get(`/v1/events/${id}`)).json().verification.status,
        (status) => status === 'verified',
      );
      expect(await changeStoredText(tampered.dataDir, '"amount":1', '"amount":9')).toBe(1);
      const read = (await tampered.get(`/v1/events/${id}`)).json();
      expect(read).toMatchObject({ metadata: { amount: 9 }, verification: { status: 'failed' } });
    } finally {
      await tampered.remove();
    }
  });

  it('prove inclusion and consistency between signed sizes only', async () => {
    const { checkpoints } = (await server.get('/v1/checkpoints?order=asc', token)).json<{
      checkpoints: CheckpointView[];
    }>();
    const [first, last] = [checkpoints[0], checkpoints.at(-1)] as [CheckpointView, CheckpointView];
    const inclusion = (await server.get(`/v1/proofs/inclusion?seq=7&size=${last.size}`, token)).json();
    const claim = {
      leafIndex: 7,
      treeSize: last.size,
      leafHash: hexToBytes(inclusion.leaf_hash),
      proof: inclusion.hashes.map(hexToBytes),
      root: hexToBytes(last.root),
    };
    expect(verifyInclusion(portableCrypto, claim)).toBe(true);
    const consistency = (
      await server.get(`/v1/proofs/consistency?from=${first.size}&to=${last.size}`, token)
    ).json();
    const growth = {
      size1: first.size,
      size2: last.size,
      root1: hexToBytes(first.root),
      root2: hexToBytes(last.root),
      proof: consistency.hashes.map(hexToBytes),
    };
    expect(verifyConsistency(portableCrypto, growth)).toBe(true);
    const unsigned = [...Array(last.size).keys()].find(
      (size) => size > 0 && !checkpoints.some((checkpoint) => checkpoint.size === size),
    );
    expect((await server.get(`/v1/proofs/inclusion?seq=0&size=${unsigned}`, token)).statusCode).toBe(404);
    expect(
      (await server.get(`/v1/proofs/inclusion?seq=${last.size}&size=${last.size}`, token)).statusCode,
    ).toBe(400);
  });
});

describe('C2SP tlog-tiles', () => {
  it('serves the checkpoint as text that is never cached', async () => {
    const answer = await server.get('/v1/logs/evidence/checkpoint', token);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(openNote(portableCrypto, answer.body, [vkey]).verified).toHaveLength(1);
  });

  it('serves full and partial tiles for ever, and 404 for what does not exist yet', async () => {
    const { size } = await latest();
    const full = await server.get('/v1/logs/evidence/tile/0/000', token);
    expect(full.rawPayload).toHaveLength(8_192);
    expect(full.headers['content-type']).toBe('application/octet-stream');
    expect(full.headers['cache-control']).toContain('immutable');
    const width = size - 512;
    const partial = await server.get(`/v1/logs/evidence/tile/0/002.p/${width}`, token);
    expect(partial.rawPayload).toHaveLength(width * 32);
    const level1 = await server.get('/v1/logs/evidence/tile/1/000.p/2', token);
    expect(level1.rawPayload).toHaveLength(64);
    const entries = await server.get(`/v1/logs/evidence/tile/entries/002.p/${width}`, token);
    const records = decodeEntryBundle(entries.rawPayload);
    expect(records).toHaveLength(width);
    expect(bytesToHex(hashLeaf(portableCrypto, records[0] as Uint8Array))).toBe(
      partial.rawPayload.subarray(0, 32).toString('hex'),
    );
    for (const path of [
      '0/002',
      '0/003',
      '0/002.p/255',
      '1/000',
      '2/000.p/1',
      'entries/009',
      '0/2',
      '0/002.p/0',
      '0/000.p/256',
      'x/000',
      '0/x000/002',
    ]) {
      const answer = await server.get(`/v1/logs/evidence/tile/${path}`, token);
      expect([path, answer.statusCode]).toEqual([path, 404]);
    }
  });

  it('keeps no sealed member in the entries', async () => {
    const email = 'dora@example.com';
    await server.post('/v1/events', { type: 'a.b', actor: { type: 'user', id: 'dora', email } }, token);
    const { size } = await eventually(latest, (checkpoint) => checkpoint.size >= 602);
    const entries = await server.get(`/v1/logs/evidence/tile/entries/002.p/${size - 512}`, token);
    expect(entries.rawPayload.includes(Buffer.from(utf8Encode(email)))).toBe(false);
  });
});
