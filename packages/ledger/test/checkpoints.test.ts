import { openCheckpoint, parseNote, verifyConsistency, verifyTlogProof } from '@attestry/core';
import { createSettableClock, faultyStores, type StoreStep, verifyFolder } from '@attestry/testkit';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../src/keys/node-crypto.ts';
import { openReadOnly } from '../src/read-only.ts';
import { audit, events, openLedger, receiptsOf, temporaryFolder } from './temporary-ledger.ts';

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not happen within ten seconds');
}

describe('checkpoints', () => {
  it('are signed after the commit without being asked for, and prove every record', async () => {
    const embedded = await openLedger(temporaryFolder(), { checkpointIntervalMs: 50 });
    const { ledger } = embedded;
    await ledger.createLog('acme');
    const receipts = receiptsOf(await ledger.append('acme', events(1, 600)));
    await until(async () => (await ledger.latestCheckpoint('acme'))?.size === 601);
    const vkeys = ledger.vkeys(`${embedded.logName}/t/acme`);
    for (const seq of [0, 255, 256, 300, 600]) {
      const proofText = (await ledger.proofFile('acme', seq)) ?? '';
      const [row] = await ledger.readRecords('acme', seq, seq + 1);
      const record = Buffer.from(row?.text ?? '');
      expect(verifyTlogProof(nodeCrypto, { proofText, recordBytes: record, vkeys })).toMatchObject({
        ok: true,
      });
    }
    expect(receipts).toHaveLength(600);
  });

  it('follow each other consistently', async () => {
    const embedded = await openLedger(temporaryFolder());
    const { ledger } = embedded;
    await ledger.createLog('acme');
    const origin = `${embedded.logName}/t/acme`;
    const trust = { origin, logVkeys: ledger.vkeys(origin) };
    const states: { size: number; root: Uint8Array }[] = [];
    for (const count of [1, 254, 1, 300]) {
      receiptsOf(await ledger.append('acme', events(count, count)));
      const { note } = await ledger.signNow('acme');
      states.push(openCheckpoint(nodeCrypto, note, trust).checkpoint);
    }
    const last = states.at(-1) as (typeof states)[number];
    for (const { size, root } of states) {
      const proof = await ledger.consistencyProof('acme', size, last.size);
      const claim = { size1: size, size2: last.size, root1: root, root2: last.root, proof };
      expect(verifyConsistency(nodeCrypto, claim)).toBe(true);
    }
  });

  it('of one size are never two, even when the answer of the store is lost', async () => {
    let lose = false;
    const plan = (step: StoreStep) => (lose && step === 'putCheckpoint' ? 'applied' : 'none');
    const embedded = await openLedger(temporaryFolder(), {
      checkpointIntervalMs: 60_000,
      wrapStores: (stores) => faultyStores(stores, plan),
    });
    await embedded.ledger.createLog('acme');
    lose = true;
    await expect(embedded.ledger.signNow('acme')).rejects.toMatchObject({ code: 'injected' });
    lose = false;
    const first = await embedded.ledger.signNow('acme');
    const second = await embedded.ledger.signNow('acme');
    expect(second.note).toBe(first.note);
    const all = await embedded.ledger.listCheckpoints('acme', {
      sizeFrom: 0,
      sizeTo: 99,
      order: 'asc',
      limit: 10,
    });
    expect(all.map(({ size }) => size)).toEqual([1]);
  });

  it('are renewed for an idle log, with the same text and a later time', async () => {
    const clock = createSettableClock(Date.UTC(2026, 0, 1));
    const embedded = await openLedger(temporaryFolder(), { clock: clock.now });
    await embedded.ledger.createLog('acme');
    const first = await embedded.ledger.signNow('acme');
    clock.advance(86_400_000);
    const heartbeat = await embedded.ledger.signNow('acme');
    expect(heartbeat.note).toBe(first.note);
    expect(heartbeat.signedAtMs - first.signedAtMs).toBe(86_400_000);
    expect(await embedded.ledger.latestCheckpoint('acme')).toEqual(heartbeat);
  });

  it('are never dated before their records or each other, when the clock goes back', async () => {
    const clock = createSettableClock(Date.UTC(2026, 0, 2));
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir, { clock: clock.now });
    await embedded.ledger.createLog('acme');
    const first = await embedded.ledger.signNow('acme');
    clock.advance(-3_600_000);
    await embedded.ledger.append('acme', events(1, 3));
    const second = await embedded.ledger.signNow('acme');
    expect(second).toMatchObject({ size: 4, signedAtMs: first.signedAtMs });
    await embedded.close();
    await verifyFolder(dataDir, ['acme']);
  });
});

describe('tiles', () => {
  it('are whole, cut and absent as the format says, and the same when only reading', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir);
    await embedded.ledger.createLog('acme');
    await embedded.ledger.append('acme', events(1, 600));
    const reading = await openReadOnly(dataDir);
    for (const { ledger } of [embedded, { ledger: reading }]) {
      expect((await ledger.tile('acme', 0, 0, 256))?.length).toBe(8_192);
      expect((await ledger.tile('acme', 0, 2, 89))?.length).toBe(89 * 32);
      expect((await ledger.tile('acme', 1, 0, 2))?.length).toBe(64);
      expect(await ledger.tile('acme', 0, 2, 90)).toBeUndefined();
      expect(await ledger.tile('acme', 0, 2, 256)).toBeUndefined();
      expect(await ledger.tile('acme', 1, 0, 3)).toBeUndefined();
      expect(await ledger.entryBundle('acme', 2, 90)).toBeUndefined();
    }
    expect(await reading.entryBundle('acme', 2, 89)).toEqual(
      await embedded.ledger.entryBundle('acme', 2, 89),
    );
    await reading.close();
  });
});

describe('rotation of the signing key', () => {
  it('names the next key under the old one, then signs with it', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir, { checkpointIntervalMs: 60_000 });
    const { ledger } = embedded;
    await ledger.createLog('acme');
    const origin = `${embedded.logName}/t/acme`;
    const [oldKey] = ledger.vkeys(origin);
    const before = receiptsOf(await ledger.append('acme', events(1, 3)));
    await ledger.rotateSigningKey();
    const [newKey] = ledger.vkeys(origin);
    expect(newKey).not.toBe(oldKey);
    const bridging = await ledger.latestCheckpoint('acme');
    expect(bridging?.size).toBe(5);
    openCheckpoint(nodeCrypto, bridging?.note ?? '', { origin, logVkeys: [oldKey as string] });
    const [row] = await ledger.readRecords('acme', 4, 5);
    expect(JSON.parse(row?.text ?? '')).toMatchObject({ type: 'key', data: { vkey: newKey } });
    const after = receiptsOf(await ledger.append('acme', events(2, 3)));
    const { note } = await ledger.signNow('acme');
    openCheckpoint(nodeCrypto, note, { origin, logVkeys: [newKey as string] });
    expect(parseNote(note).signatures).toHaveLength(1);
    await embedded.close();
    const reopened = await openLedger(dataDir);
    expect(await audit(reopened, 'acme', [...before, ...after])).toBe(8);
    await reopened.close();
    await verifyFolder(dataDir, ['acme']);
  });

  it('is taken up again by the next start when it was cut off', async () => {
    const dataDir = temporaryFolder();
    let broken = false;
    const embedded = await openLedger(dataDir, {
      wrapStores: (stores) =>
        faultyStores(stores, (step) => (broken && step === 'putCheckpoint' ? 'not-applied' : 'none')),
    });
    await embedded.ledger.createLog('acme');
    await embedded.ledger.createLog('globex');
    const origin = `${embedded.logName}/t/acme`;
    const [oldKey] = embedded.ledger.vkeys(origin);
    broken = true;
    await expect(embedded.ledger.rotateSigningKey()).rejects.toMatchObject({ code: 'injected' });
    broken = false;
    expect(embedded.ledger.vkeys(origin)[0]).toBe(oldKey);
    const promised = embedded.ledger.vkeys(origin)[1];
    await embedded.close();
    const reopened = await openLedger(dataDir);
    expect(reopened.ledger.vkeys(origin)[0]).toBe(promised);
    expect(await audit(reopened, 'acme', [])).toBeGreaterThan(1);
    expect(await audit(reopened, 'globex', [])).toBe(2);
    await reopened.close();
    await verifyFolder(dataDir, ['acme', 'globex']);
  });
});
