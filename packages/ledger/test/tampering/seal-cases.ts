import { sealAdditionalData, sealEnvelope, sealPayload } from '@attestry/core';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { openReadOnly } from '../../src/read-only.ts';
import { VICTIM } from './base-folder.ts';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

/** The kid of a seal of the victim. */
function kidOf(folder: TamperedFolder, index: number): string {
  return folder.value<string>(
    'SELECT kid FROM seals JOIN data_keys USING (key_no) WHERE seal_k = ?',
    folder.sealK(VICTIM, index),
  );
}

function envelope(folder: TamperedFolder, seq: number): Uint8Array {
  return folder.value<Uint8Array>('SELECT envelope FROM seals WHERE seal_k = ?', folder.sealK(seq, 0));
}

function setEnvelope(folder: TamperedFolder, seq: number, bytes: Uint8Array): void {
  folder.run('UPDATE seals SET envelope = ? WHERE seal_k = ?', bytes, folder.sealK(seq, 0));
}

function moveSeal(folder: TamperedFolder, from: number, to: number): void {
  folder.run('UPDATE seals SET seal_k = ? WHERE seal_k = ?', to, from);
}

/** Other personal data in a well made envelope, by somebody who has the master key. */
async function reseal(folder: TamperedFolder): Promise<void> {
  const kid = kidOf(folder, 0);
  const reader = await openReadOnly(folder.dataDir);
  const key = (await reader.keyRing.keysByKid('default', [kid])).get(kid);
  await reader.close();
  const [seal] = folder.record(VICTIM).seals;
  if (key?.kind !== 'live' || seal === undefined) throw new Error('the victim has no seal');
  const additionalData = sealAdditionalData({
    origin: folder.origin,
    seq: VICTIM,
    index: 0,
    sub: seal.sub,
    kid,
    cmHex: seal.cm,
  });
  const payload = sealPayload({ '/actor/id': 'somebody-else' });
  const r = new Uint8Array(32).fill(7);
  const nonce = new Uint8Array(12).fill(9);
  setEnvelope(folder, VICTIM, sealEnvelope(nodeCrypto, { key: key.key, nonce, r, payload, additionalData }));
}

/** Personal data that was damaged, moved, exchanged or destroyed without an erasure. */
export const sealCases: readonly TamperingCase[] = [
  {
    name: 'a byte of an envelope changed',
    tamper: (folder) =>
      setEnvelope(
        folder,
        VICTIM,
        envelope(folder, VICTIM).map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
      ),
    finds: { code: 'SEAL_DECRYPT', seq: VICTIM },
  },
  {
    name: 'an envelope cut off',
    tamper: (folder) => setEnvelope(folder, VICTIM, envelope(folder, VICTIM).slice(0, 20)),
    finds: { code: 'SEAL_DECRYPT', seq: VICTIM },
  },
  {
    name: 'an envelope of the same person from another record',
    // Persons repeat after 7 records: the same key, another place.
    tamper: (folder) => setEnvelope(folder, VICTIM, envelope(folder, VICTIM + 7)),
    finds: { code: 'SEAL_DECRYPT', seq: VICTIM },
  },
  {
    name: 'other content sealed with the right key',
    tamper: reseal,
    finds: { code: 'SEAL_COMMITMENT', seq: VICTIM },
  },
  {
    name: 'an envelope deleted',
    tamper: (folder) => folder.run('DELETE FROM seals WHERE seal_k = ?', folder.sealK(VICTIM, 0)),
    finds: { code: 'SEAL_MISSING', seq: VICTIM },
  },
  {
    name: 'an envelope moved to a place without a seal',
    tamper: (folder) => moveSeal(folder, folder.sealK(VICTIM, 0), folder.sealK(VICTIM, 9)),
    finds: { code: 'SEAL_ORPHAN', seq: VICTIM },
  },
  {
    name: 'an envelope moved to a record without seals',
    tamper: (folder) => moveSeal(folder, folder.sealK(VICTIM, 0), folder.sealK(0, 0)),
    finds: { code: 'SEAL_ORPHAN', seq: 0 },
  },
  {
    name: 'an envelope moved beyond the end of the log',
    tamper: (folder) => moveSeal(folder, folder.sealK(VICTIM, 0), folder.sealK(5_000, 0)),
    finds: { code: 'SEAL_ORPHAN' },
  },
  {
    name: 'the two envelopes of a record swapped',
    tamper: (folder) => {
      moveSeal(folder, folder.sealK(VICTIM, 0), -1);
      moveSeal(folder, folder.sealK(VICTIM, 1), folder.sealK(VICTIM, 0));
      moveSeal(folder, -1, folder.sealK(VICTIM, 1));
    },
    finds: { code: 'SEAL_ORPHAN', seq: VICTIM },
  },
  {
    name: 'an envelope under the key of another person',
    tamper: (folder) =>
      folder.run(
        'UPDATE seals SET key_no = (SELECT key_no FROM seals WHERE seal_k = ?) WHERE seal_k = ?',
        folder.sealK(VICTIM + 1, 0),
        folder.sealK(VICTIM, 0),
      ),
    finds: { code: 'SEAL_ORPHAN', seq: VICTIM },
  },
  {
    name: 'a key destroyed without an erasure',
    tamper: (folder) => folder.run('UPDATE data_keys SET wrapped = NULL WHERE kid = ?', kidOf(folder, 0)),
    finds: { code: 'SEAL_KEY_MISSING' },
  },
  {
    name: 'a key deleted',
    tamper: (folder) => folder.run('DELETE FROM data_keys WHERE kid = ?', kidOf(folder, 0)),
    finds: { code: 'SEAL_KEY_MISSING' },
  },
  {
    name: 'a key that does not unwrap',
    tamper: (folder) =>
      folder.run(
        'UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE kid = ?) WHERE kid = ?',
        kidOf(folder, 1),
        kidOf(folder, 0),
      ),
    finds: { code: 'SEAL_KEY_MISSING', seq: VICTIM },
  },
  {
    name: 'an erasure pretended, data and key left',
    tamper: (folder) => {
      const kid = kidOf(folder, 0);
      const sub = folder.record(VICTIM).seals[0]?.sub ?? '';
      folder.rewrite(VICTIM + 1, (record) => {
        record.type = 'erasure';
        record.seals = [];
        record.data = { request: 'r-1', sub, kid, seals: 1 };
      });
    },
    finds: { code: 'ERASURE_INCOMPLETE' },
  },
];
