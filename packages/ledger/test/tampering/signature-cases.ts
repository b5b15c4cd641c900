import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { SigningKey } from '../../src/keys/signing-key.ts';
import { SIZE, VICTIM } from './base-folder.ts';
import { type MutableRecord, rootOf, type TamperedLog } from './tampered-log.ts';
import type { TamperingCase } from './tampering-case.ts';

function deny(record: MutableRecord): void {
  record.data = { ...record.data, action: { verb: 'update', status: 'denied' } };
}

const ownKey = (): SigningKey => SigningKey.generate(nodeCrypto);

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
}

const last = async (log: TamperedLog): Promise<number> => (await log.newestCheckpoint()).size - 1;
const middle = async (log: TamperedLog): Promise<number> => (await log.middleCheckpoint()).size - 1;

/** Dates the checkpoint in the middle, which no signature covers. */
async function setSignedAt(log: TamperedLog, at: (signedAtMs: number) => number): Promise<void> {
  const { size, signedAtMs } = await log.middleCheckpoint();
  await log.setCheckpoint(size, { signedAtMs: at(signedAtMs) });
}

/** Rewritten chains, forged checkpoints and head rows. */
export const signatureCases: readonly TamperingCase[] = [
  {
    name: 'history rewritten without a key',
    tamper: (log) => log.rewrite(VICTIM, deny),
    finds: { code: 'ROOT_MISMATCH' },
  },
  {
    name: 'trap 10: history rewritten, checkpoints removed',
    tamper: async (log) => {
      await log.rewrite(VICTIM, deny);
      await log.deleteCheckpoints(0);
    },
    finds: { code: 'NO_CHECKPOINT' },
  },
  {
    name: 'history rewritten, signed with another key',
    tamper: async (log) => {
      await log.rewrite(VICTIM, deny);
      await log.resign(ownKey());
    },
    finds: { code: 'CHECKPOINT_INVALID' },
  },
  {
    name: 'history rewritten, signed with the stolen key',
    tamper: async (log) => {
      await log.rewrite(VICTIM, deny);
      await log.resign(log.signingKey());
    },
    finds: { code: 'FORK_FROM_LAST_SEEN' },
  },
  {
    name: 'the whole log made anew under another key',
    tamper: async (log) => {
      const key = ownKey();
      await log.rewrite(0, (record) => {
        record.data = { ...record.data, vkey: key.vkey(log.origin) };
      });
      await log.resign(key);
    },
    finds: { code: 'GENESIS', seq: 0 },
  },
  {
    name: 'another root in a checkpoint',
    tamper: async (log) => {
      const { size, note } = await log.middleCheckpoint();
      const root = Buffer.from(rootOf(note)).toString('base64');
      await log.setNote(size, note.replace(root, Buffer.from(flipped(rootOf(note))).toString('base64')));
    },
    finds: { code: 'CHECKPOINT_INVALID', seq: middle },
  },
  {
    name: 'another signature on a checkpoint',
    tamper: async (log) => {
      const [first, second] = (await log.checkpoints()).slice(-2);
      const line = first?.note.split('\n').at(-2) ?? '';
      const body = second?.note.split('\n').slice(0, -2).join('\n') ?? '';
      await log.setNote(second?.size ?? 0, `${body}\n${line}\n`);
    },
    finds: { code: 'CHECKPOINT_INVALID', seq: last },
  },
  {
    name: 'a checkpoint without a signature',
    tamper: async (log) => {
      const { size, note } = await log.middleCheckpoint();
      await log.setNote(size, `${note.split('\n\n')[0]}\n\n`);
    },
    finds: { code: 'CHECKPOINT_INVALID', seq: middle },
  },
  {
    name: 'a checkpoint that is none',
    tamper: async (log) => log.setNote((await log.middleCheckpoint()).size, 'signed and sealed\n'),
    finds: { code: 'CHECKPOINT_INVALID', seq: middle },
  },
  {
    name: 'a checkpoint filed under another size',
    tamper: async (log) => log.setCheckpoint((await log.middleCheckpoint()).size, { size: VICTIM }),
    finds: { code: 'CHECKPOINT_INVALID', seq: VICTIM - 1 },
  },
  {
    name: 'a checkpoint of another log',
    tamper: async (log) => {
      const others = (await log.checkpoints('other')).at(-1)?.note ?? '';
      await log.setNote((await log.middleCheckpoint()).size, others);
    },
    finds: { code: 'ORIGIN', seq: middle },
  },
  {
    name: 'another tree signed for the same size with the stolen key',
    tamper: async (log) => {
      const { size, note } = await log.middleCheckpoint();
      await log.setNote(size, await log.signedNote(log.signingKey(), size, flipped(rootOf(note))));
    },
    finds: { code: 'ROOT_MISMATCH', seq: middle },
  },
  {
    name: 'a checkpoint beyond the end, signed with the stolen key',
    tamper: async (log) => {
      const { size, note } = await log.newestCheckpoint();
      const beyond = await log.signedNote(log.signingKey(), size + 10, rootOf(note));
      await log.setCheckpoint(size, { size: size + 10, note: beyond });
    },
    finds: { code: 'TRUNCATED' },
  },
  {
    name: 'trap 2: every checkpoint removed',
    tamper: (log) => log.deleteCheckpoints(0),
    finds: { code: 'NO_CHECKPOINT' },
  },
  {
    name: 'the newest checkpoints removed',
    tamper: async (log) => log.deleteCheckpoints((await log.middleCheckpoint()).size),
    finds: { code: 'UNCHECKPOINTED_TAIL', seq: async (log) => (await log.middleCheckpoint()).size },
  },
  {
    name: 'a checkpoint dated before the records it signs',
    tamper: (log) => setSignedAt(log, () => 1),
    finds: { code: 'CHECKPOINT_INVALID', field: 'signed_at' },
  },
  {
    name: 'a checkpoint dated in the future',
    tamper: (log) => setSignedAt(log, (at) => at + 1e12),
    finds: { code: 'CHECKPOINT_INVALID', field: 'signed_at' },
  },
  {
    name: 'a checkpoint dated after the one that followed it',
    tamper: async (log) => {
      const { size } = await log.middleCheckpoint();
      const next = (await log.checkpoints()).find((one) => one.size > size);
      await setSignedAt(log, () => (next?.signedAtMs ?? 0) + 1);
    },
    finds: { code: 'CHECKPOINT_INVALID', field: 'signed_at' },
  },
  {
    name: 'another size in the head',
    tamper: async (log) => log.setHead({ size: (await log.size()) - 1 }),
    finds: { code: 'HEAD_MISMATCH', field: 'size' },
  },
  {
    name: 'another compact range in the head',
    tamper: async (log) => log.setHead({ frontier: flipped(Buffer.concat((await log.tree(SIZE)).hashes())) }),
    finds: { code: 'HEAD_MISMATCH', field: 'frontier' },
  },
  {
    name: 'another last hash in the head',
    tamper: async (log) => log.setHead({ lastHash: await log.leafHash(VICTIM) }),
    finds: { code: 'HEAD_MISMATCH', field: 'last_hash' },
  },
  {
    name: 'another last time in the head',
    tamper: async (log) => log.setHead({ lastAtMs: (await log.head()).lastAtMs + 1 }),
    finds: { code: 'HEAD_MISMATCH', field: 'last_at' },
  },
  {
    name: 'another origin in the head',
    tamper: (log) => log.setHead({ origin: 'evil.example/t/default' }),
    finds: { code: 'ORIGIN' },
  },
];
