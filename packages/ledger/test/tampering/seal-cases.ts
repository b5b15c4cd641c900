import { sealAdditionalData, sealEnvelope, sealPayload } from '@attestry/core';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { openReadOnly } from '../../src/read-only.ts';
import { VICTIM } from './base-folder.ts';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperedLog } from './tampered-log.ts';
import type { TamperingCase } from './tampering-case.ts';

/** The first envelope of a record. */
async function envelope(log: TamperedLog, seq: number): Promise<Uint8Array> {
  return (await log.seal({ seq, index: 0 })).envelope;
}

const FIRST = { seq: VICTIM, index: 0 };
const SECOND = { seq: VICTIM, index: 1 };

/** Other personal data in a well made envelope, by somebody who has the master key. */
async function reseal(log: TamperedLog): Promise<void> {
  const kid = await log.kidOf(VICTIM, 0);
  const reader = await openReadOnly(log.dataDir, { store: log.store });
  const key = (await reader.keyRing.keysByKid('default', [kid])).get(kid);
  await reader.close();
  const [seal] = (await log.record(VICTIM)).seals;
  if (key?.kind !== 'live' || seal === undefined) throw new Error('the victim has no seal');
  const additionalData = sealAdditionalData({
    origin: log.origin,
    seq: VICTIM,
    index: 0,
    sub: seal.sub,
    kid,
    cmHex: seal.cm,
  });
  const payload = sealPayload({ '/actor/id': 'somebody-else' });
  const r = new Uint8Array(32).fill(7);
  const nonce = new Uint8Array(12).fill(9);
  await log.setEnvelope(
    VICTIM,
    sealEnvelope(nodeCrypto, { key: key.key, nonce, r, payload, additionalData }),
  );
}

/** Personal data that was damaged, moved, exchanged or destroyed without an erasure. */
export const sealCases: readonly TamperingCase[] = [
  {
    name: 'a byte of an envelope changed',
    tamper: async (log) =>
      log.setEnvelope(
        VICTIM,
        (await envelope(log, VICTIM)).map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
      ),
    finds: { code: 'SEAL_DECRYPT', seq: VICTIM },
  },
  {
    name: 'an envelope cut off',
    tamper: async (log) => log.setEnvelope(VICTIM, (await envelope(log, VICTIM)).slice(0, 20)),
    finds: { code: 'SEAL_DECRYPT', seq: VICTIM },
  },
  {
    name: 'an envelope of the same person from another record',
    // Persons repeat after 7 records: the same key, another place.
    tamper: async (log) => log.setEnvelope(VICTIM, await envelope(log, VICTIM + 7)),
    finds: { code: 'SEAL_DECRYPT', seq: VICTIM },
  },
  {
    name: 'other content sealed with the right key',
    tamper: reseal,
    finds: { code: 'SEAL_COMMITMENT', seq: VICTIM },
  },
  {
    name: 'an envelope deleted',
    tamper: (log) => log.setSeal(FIRST, null),
    finds: { code: 'SEAL_MISSING', seq: VICTIM },
  },
  {
    name: 'an envelope moved to a place without a seal',
    tamper: (log) => log.moveSeal(FIRST, { seq: VICTIM, index: 9 }),
    finds: { code: 'SEAL_ORPHAN', seq: VICTIM },
  },
  {
    name: 'an envelope moved to a record without seals',
    tamper: (log) => log.moveSeal(FIRST, { seq: 0, index: 0 }),
    finds: { code: 'SEAL_ORPHAN', seq: 0 },
  },
  {
    name: 'the two envelopes of a record swapped',
    tamper: async (log) => {
      const [first, second] = [await log.seal(FIRST), await log.seal(SECOND)];
      await log.setSeal(FIRST, second);
      await log.setSeal(SECOND, first);
    },
    finds: { code: 'SEAL_ORPHAN', seq: VICTIM },
  },
  {
    name: 'an envelope under the key of another person',
    tamper: async (log) =>
      log.setSeal(FIRST, { ...(await log.seal(FIRST)), kid: await log.kidOf(VICTIM + 1, 0) }),
    finds: { code: 'SEAL_ORPHAN', seq: VICTIM },
  },
  {
    name: 'a key destroyed without an erasure',
    tamper: async (log) => log.setKey(await log.kidOf(VICTIM, 0), { wrapped: null }),
    finds: { code: 'SEAL_KEY_MISSING' },
  },
  {
    name: 'a key deleted',
    tamper: async (log) => log.deleteKey(await log.kidOf(VICTIM, 0)),
    finds: { code: 'SEAL_KEY_MISSING' },
  },
  {
    name: 'a key that does not unwrap',
    tamper: async (log) => {
      const { wrapped } = await log.key(await log.kidOf(VICTIM, 1));
      await log.setKey(await log.kidOf(VICTIM, 0), { wrapped });
    },
    finds: { code: 'SEAL_KEY_MISSING', seq: VICTIM },
  },
  {
    name: 'an erasure pretended, data and key left',
    tamper: async (log) => {
      const kid = await log.kidOf(VICTIM, 0);
      const sub = (await log.record(VICTIM)).seals[0]?.sub ?? '';
      await log.rewrite(VICTIM + 1, (record) => {
        record.type = 'erasure';
        record.seals = [];
        record.data = { request: 'r-1', sub, kid, seals: 1 };
      });
    },
    finds: { code: 'ERASURE_INCOMPLETE' },
  },
];

/** What can only be done where envelopes have rows of their own. */
export const sealRowCases: readonly TamperingCase<TamperedFolder>[] = [
  {
    name: 'an envelope moved beyond the end of the log',
    tamper: (folder) => folder.moveSeal(FIRST, { seq: 5_000, index: 0 }),
    finds: { code: 'SEAL_ORPHAN' },
  },
];
