import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCheckpoint } from '@attestry/core';
import { faultyStores, postgresBinaries } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { LeaseKeeper } from '../../src/nodes/lease-keeper.ts';
import { SigningRights } from '../../src/nodes/signing-rights.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';
import { events, openLedger, receiptsOf, temporaryFolder } from '../temporary-ledger.ts';
import { openTestDatabase, type TestDatabase } from './postgres-schema.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

function copyKeys(from: string, to: string, ...names: string[]): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of names) copyFileSync(join(from, name), join(to, name));
}

describe.skipIf(skipped !== '')(`the signing key of several nodes${skipped}`, () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(18);
  });
  afterAll(() => database.close());

  it('is replaced by one of them while the others are stopped, and used by all that get a copy', async () => {
    const place = { store: database.url, schema: database.newSchema() };
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    const first = await openLedger(one, place);
    await first.ledger.createLog('acme');
    copyKeys(one, two, 'master.key', 'signing.key');
    const second = await openLedger(two, place);
    await expect(first.ledger.rotateSigningKey()).rejects.toMatchObject({ code: 'rotation_shared' });
    const before = await first.stores.admin.get('installation', '_system', 'keys');
    await second.close();

    const origin = `${first.logName}/t/acme`;
    const [oldKey] = first.ledger.vkeys(origin);
    await first.ledger.rotateSigningKey();
    const [newKey] = first.ledger.vkeys(origin);
    expect(newKey).not.toBe(oldKey);
    receiptsOf(await first.ledger.append('acme', events(1, 3)));
    const signed = await first.ledger.signNow('acme');
    openCheckpoint(nodeCrypto, signed.note, { origin, logVkeys: [newKey as string] });
    await first.close();

    await expect(openLedger(two, place)).rejects.toMatchObject({ code: 'signing_key_wrong' });
    // A process that slept through all of it still has the old key, and gets the lease.
    const stores = await openPostgresStores({ url: database.url, schema: place.schema });
    const troubles: string[] = [];
    const parts = { leases: stores.shared.leases, name: 'checkpoints', holder: 'asleep' };
    const keeper = new LeaseKeeper({ ...parts, onTrouble: (message) => troubles.push(message) });
    await keeper.start();
    expect(keeper.fence).toBeDefined();
    const { signing_key: signingKey } = JSON.parse(before?.value ?? '') as { signing_key: string };
    const rights = new SigningRights({
      keeper,
      admin: stores.admin,
      mine: () => ({ logName: first.logName, masterKey: '', signingKey }),
      others: async () => [],
      onTrouble: (message) => troubles.push(message),
    });
    await rights.settled();
    expect(rights.fence).toBeUndefined();
    expect(troubles).toEqual([expect.stringContaining('this node signs nothing')]);
    await keeper.stop();
    await stores.close();

    copyKeys(one, two, 'signing.key');
    const again = await openLedger(two, place);
    receiptsOf(await again.ledger.append('acme', events(2, 3)));
    const { note } = await again.ledger.signNow('acme');
    openCheckpoint(nodeCrypto, note, { origin, logVkeys: [newKey as string] });
    await again.close();
    expect(await runVerify({ ...place, dataDir: two, tenant: 'acme' })).toMatchObject({
      ok: true,
      findings: [],
    });
  });

  it('is followed by the next one when a crash has cut the rotation off, and by no other meanwhile', async () => {
    const place = { store: database.url, schema: database.newSchema() };
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    let broken = false;
    const first = await openLedger(one, {
      ...place,
      wrapStores: (stores) =>
        faultyStores(stores, (step) => (broken && step === 'putCheckpoint' ? 'not-applied' : 'none')),
    });
    await first.ledger.createLog('acme');
    const origin = `${first.logName}/t/acme`;
    const [oldKey] = first.ledger.vkeys(origin);
    copyKeys(one, two, 'master.key', 'signing.key');
    broken = true;
    await expect(first.ledger.rotateSigningKey()).rejects.toMatchObject({ code: 'injected' });
    broken = false;
    const promised = first.ledger.vkeys(origin)[1];
    await first.close();
    await expect(openLedger(two, place)).rejects.toMatchObject({ code: 'rotation_under_way' });
    const resumed = await openLedger(one, place);
    expect(resumed.ledger.vkeys(origin)).toEqual([promised, oldKey]);
    await resumed.close();
    await expect(openLedger(two, place)).rejects.toMatchObject({ code: 'signing_key_wrong' });
    expect(await runVerify({ ...place, dataDir: one, tenant: 'acme' })).toMatchObject({
      ok: true,
      findings: [],
    });
  });

  it('signs what the last node wrote that stops, when the one whose duty it was goes before', async () => {
    const place = { store: database.url, schema: database.newSchema() };
    const dataDir = temporaryFolder();
    const first = await openLedger(dataDir, place);
    await first.ledger.createLog('acme');
    await first.close();
    const stores = await openPostgresStores({ url: database.url, schema: place.schema });
    const { leases } = stores.shared;
    const duty = await leases.acquire('checkpoints', 'the other', 60_000);
    if (duty === undefined) throw new Error('somebody has the lease');
    const last = await openLedger(dataDir, place);
    receiptsOf(await last.ledger.append('acme', events(1, 3)));
    const closing = last.close();
    // Until then it has found that it must not sign.
    await sleep(200);
    await leases.release(duty);
    await closing;
    const range = { sizeFrom: 0, sizeTo: 100, order: 'desc', limit: 1 } as const;
    expect(await stores.checkpoints.list('acme', range)).toMatchObject([{ size: 4 }]);
    await stores.close();
  });
});
