import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { bytesToHex, hashLeaf } from '@attestry/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../src/keys/node-crypto.ts';
import { audit, events, openLedger, receiptsOf, temporaryFolder } from './temporary-ledger.ts';

describe('personal data', () => {
  it('is not in the record, and only whoever may see it gets it back', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const sent = events(1, 5);
    receiptsOf(await embedded.ledger.append('acme', sent));
    const rows = await embedded.ledger.readRecords('acme', 1, 6);
    const whole = await embedded.ledger.readEvents('acme', rows, { personal: true });
    const redacted = await embedded.ledger.readEvents('acme', rows, { personal: false });
    for (const [i, { event }] of sent.entries()) {
      expect(rows[i]?.text).not.toContain(event.actor?.email);
      expect(whole[i]).toMatchObject(event);
      expect(redacted[i]?.redacted).toEqual([
        '/actor/email',
        '/actor/id',
        '/actor/ip_address',
        '/actor/name',
      ]);
      expect(JSON.stringify(redacted[i])).not.toContain(event.actor?.email);
    }
  });

  it('trap 12: nothing is added after the hash; what is read is the record and its seals', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const [event] = events(1, 1);
    if (event === undefined) throw new Error('no event');
    const sent = { ...event, event: { ...event.event, received_from: 'key-1' } };
    const [receipt] = receiptsOf(await embedded.ledger.append('acme', [sent]));
    const found = await embedded.ledger.findEvent('acme', event.event.id, { personal: true });
    expect(bytesToHex(hashLeaf(nodeCrypto, Buffer.from(found?.text ?? '')))).toBe(receipt?.hash);
    const { seq, recorded_at, hash, prev_hash, ...members } = { ...found?.view };
    expect(members).toEqual(sent.event);
    const record = JSON.parse(found?.text ?? '') as Record<string, unknown>;
    expect([seq, recorded_at, prev_hash]).toEqual([record.seq, record.at, record.prev]);
    expect(hash).toBe(receipt?.hash);
  });

  it('is left in the record when the tenant says so, and the choice is a record of the log', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir);
    await embedded.ledger.createLog('acme');
    const receipt = await embedded.ledger.setSealPolicy('acme', { seals: 'none', sealFreeText: false });
    await embedded.close();
    const reopened = await openLedger(dataDir);
    const [event] = events(1, 1);
    receiptsOf(await reopened.ledger.append('acme', event === undefined ? [] : [event]));
    const rows = await reopened.ledger.readRecords('acme', receipt.seq, receipt.seq + 2);
    expect(JSON.parse(rows[0]?.text ?? '')).toMatchObject({
      type: 'policy',
      data: { policy: 'seals', seals: 'none' },
    });
    expect(rows[1]?.text).toContain(event?.event.actor?.email);
  });

  it('that was erased stays erased: the event names the erasure, a repetition counts as a duplicate', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir);
    await embedded.ledger.createLog('acme');
    const [event] = events(1, 1);
    if (event === undefined) throw new Error('no event');
    const [receipt] = receiptsOf(await embedded.ledger.append('acme', [event]));
    const [row] = await embedded.ledger.readRecords('acme', 1, 2);
    const { sub, kid } = row?.seals[0] ?? { sub: '', kid: '' };
    const erasure = await embedded.ledger.appendRecord('acme', 'erasure', {
      request: 'r-1',
      sub,
      kid,
      seals: 1,
    });
    await embedded.close();
    // The erasure job itself comes later; what it leaves in the store is a key without its bytes,
    // that belongs to nobody any more.
    const database = new DatabaseSync(join(dataDir, 'ledger.db'));
    database.exec('UPDATE data_keys SET wrapped = NULL, subject_index = NULL, subject_sealed = NULL');
    database.close();

    const reopened = await openLedger(dataDir);
    const [view] = await reopened.ledger.readEvents('acme', await reopened.ledger.readRecords('acme', 1, 2), {
      personal: true,
    });
    expect(view?.erased).toEqual([{ sub, seq: erasure.seq }]);
    expect(view?.actor).toEqual({ type: 'user' });
    const changed = { ...event, event: { ...event.event, severity: 'critical' as const } };
    // The key of the subject is gone for good, so the repetition gets a new one, and is then found to be known.
    const [again] = receiptsOf(await reopened.ledger.append('acme', [changed]));
    expect(again).toEqual({ ...receipt, duplicate: true });
    expect(await audit(reopened, 'acme', receipt === undefined ? [] : [receipt])).toBe(3);
  });
});
