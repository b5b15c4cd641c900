import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { SigningKey } from '../../src/keys/signing-key.ts';
import { SIZE, VICTIM } from './base-folder.ts';
import { type MutableRecord, rootOf, type TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

function deny(record: MutableRecord): void {
  record.data = { ...record.data, action: { verb: 'update', status: 'denied' } };
}

const ownKey = (): SigningKey => SigningKey.generate(nodeCrypto);

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
}

const last = (folder: TamperedFolder): number => folder.newestCheckpoint().size - 1;
const middle = (folder: TamperedFolder): number => folder.middleCheckpoint().size - 1;

/** Dates the checkpoint in the middle, which no signature covers. */
function setSignedAt(folder: TamperedFolder, sql: string): void {
  const { size } = folder.middleCheckpoint();
  const where = 'WHERE log_no = ? AND size = ?';
  folder.run(`UPDATE checkpoints SET signed_at = CAST(${sql} AS INTEGER) ${where}`, folder.logNo, size);
}

/** Rewritten chains, forged checkpoints and head rows. */
export const signatureCases: readonly TamperingCase[] = [
  {
    name: 'history rewritten without a key',
    tamper: (folder) => folder.rewrite(VICTIM, deny),
    finds: { code: 'ROOT_MISMATCH' },
  },
  {
    name: 'trap 10: history rewritten, checkpoints removed',
    tamper: (folder) => {
      folder.rewrite(VICTIM, deny);
      folder.run('DELETE FROM checkpoints WHERE log_no = ?', folder.logNo);
    },
    finds: { code: 'NO_CHECKPOINT' },
  },
  {
    name: 'history rewritten, signed with another key',
    tamper: (folder) => {
      folder.rewrite(VICTIM, deny);
      folder.resign(ownKey());
    },
    finds: { code: 'CHECKPOINT_INVALID' },
  },
  {
    name: 'history rewritten, signed with the stolen key',
    tamper: (folder) => {
      folder.rewrite(VICTIM, deny);
      folder.resign(folder.signingKey());
    },
    finds: { code: 'FORK_FROM_LAST_SEEN' },
  },
  {
    name: 'the whole log made anew under another key',
    tamper: (folder) => {
      const key = ownKey();
      folder.rewrite(0, (record) => {
        record.data = { ...record.data, vkey: key.vkey(folder.origin) };
      });
      folder.resign(key);
    },
    finds: { code: 'GENESIS', seq: 0 },
  },
  {
    name: 'another root in a checkpoint',
    tamper: (folder) => {
      const { size, note } = folder.middleCheckpoint();
      const root = Buffer.from(rootOf(note)).toString('base64');
      folder.setNote(size, note.replace(root, Buffer.from(flipped(rootOf(note))).toString('base64')));
    },
    finds: { code: 'CHECKPOINT_INVALID', seq: middle },
  },
  {
    name: 'another signature on a checkpoint',
    tamper: (folder) => {
      const [first, second] = folder.checkpoints().slice(-2);
      const line = first?.note.split('\n').at(-2) ?? '';
      const body = second?.note.split('\n').slice(0, -2).join('\n') ?? '';
      folder.setNote(second?.size ?? 0, `${body}\n${line}\n`);
    },
    finds: { code: 'CHECKPOINT_INVALID', seq: last },
  },
  {
    name: 'a checkpoint without a signature',
    tamper: (folder) => {
      const { size, note } = folder.middleCheckpoint();
      folder.setNote(size, `${note.split('\n\n')[0]}\n\n`);
    },
    finds: { code: 'CHECKPOINT_INVALID', seq: middle },
  },
  {
    name: 'a checkpoint that is none',
    tamper: (folder) => folder.setNote(folder.middleCheckpoint().size, 'signed and sealed\n'),
    finds: { code: 'CHECKPOINT_INVALID', seq: middle },
  },
  {
    name: 'a checkpoint filed under another size',
    tamper: (folder) =>
      folder.run(
        'UPDATE checkpoints SET size = ? WHERE log_no = ? AND size = ?',
        VICTIM,
        folder.logNo,
        folder.middleCheckpoint().size,
      ),
    finds: { code: 'CHECKPOINT_INVALID', seq: VICTIM - 1 },
  },
  {
    name: 'a checkpoint of another log',
    tamper: (folder) => {
      const sql = 'SELECT note FROM checkpoints WHERE log_no = ? ORDER BY size DESC';
      folder.setNote(folder.middleCheckpoint().size, folder.value<string>(sql, folder.logNoOf('other')));
    },
    finds: { code: 'ORIGIN', seq: middle },
  },
  {
    name: 'another tree signed for the same size with the stolen key',
    tamper: (folder) => {
      const { size, note } = folder.middleCheckpoint();
      folder.setNote(size, folder.signedNote(folder.signingKey(), size, flipped(rootOf(note))));
    },
    finds: { code: 'ROOT_MISMATCH', seq: middle },
  },
  {
    name: 'a checkpoint beyond the end, signed with the stolen key',
    tamper: (folder) => {
      const { size, note } = folder.newestCheckpoint();
      folder.setNote(size, folder.signedNote(folder.signingKey(), size + 10, rootOf(note)));
      folder.run(
        'UPDATE checkpoints SET size = ? WHERE log_no = ? AND size = ?',
        size + 10,
        folder.logNo,
        size,
      );
    },
    finds: { code: 'TRUNCATED' },
  },
  {
    name: 'trap 2: every checkpoint removed',
    tamper: (folder) => folder.run('DELETE FROM checkpoints WHERE log_no = ?', folder.logNo),
    finds: { code: 'NO_CHECKPOINT' },
  },
  {
    name: 'the newest checkpoints removed',
    tamper: (folder) =>
      folder.run(
        'DELETE FROM checkpoints WHERE log_no = ? AND size > ?',
        folder.logNo,
        folder.middleCheckpoint().size,
      ),
    finds: { code: 'UNCHECKPOINTED_TAIL', seq: (folder) => folder.middleCheckpoint().size },
  },
  {
    name: 'a checkpoint dated before the records it signs',
    tamper: (folder) => setSignedAt(folder, '1'),
    finds: { code: 'CHECKPOINT_INVALID', field: 'signed_at' },
  },
  {
    name: 'a checkpoint dated in the future',
    tamper: (folder) => setSignedAt(folder, 'signed_at + 1e12'),
    finds: { code: 'CHECKPOINT_INVALID', field: 'signed_at' },
  },
  {
    name: 'a checkpoint dated after the one that followed it',
    tamper: (folder) => {
      const { size } = folder.middleCheckpoint();
      const next = 'SELECT min(size) FROM checkpoints WHERE log_no = ? AND size > ?';
      const larger = folder.value<number>(next, folder.logNo, size);
      const at = 'SELECT signed_at FROM checkpoints WHERE log_no = ? AND size = ?';
      setSignedAt(folder, String(folder.value<number>(at, folder.logNo, larger) + 1));
    },
    finds: { code: 'CHECKPOINT_INVALID', field: 'signed_at' },
  },
  {
    name: 'another size in the head',
    tamper: (folder) => folder.run('UPDATE logs SET size = size - 1 WHERE log_no = ?', folder.logNo),
    finds: { code: 'HEAD_MISMATCH', field: 'size' },
  },
  {
    name: 'another compact range in the head',
    tamper: (folder) =>
      folder.run(
        'UPDATE logs SET frontier = ? WHERE log_no = ?',
        flipped(Buffer.concat(folder.tree(SIZE).hashes())),
        folder.logNo,
      ),
    finds: { code: 'HEAD_MISMATCH', field: 'frontier' },
  },
  {
    name: 'another last hash in the head',
    tamper: (folder) =>
      folder.run('UPDATE logs SET last_hash = ? WHERE log_no = ?', folder.leafHash(VICTIM), folder.logNo),
    finds: { code: 'HEAD_MISMATCH', field: 'last_hash' },
  },
  {
    name: 'another last time in the head',
    tamper: (folder) => folder.run('UPDATE logs SET last_at = last_at + 1 WHERE log_no = ?', folder.logNo),
    finds: { code: 'HEAD_MISMATCH', field: 'last_at' },
  },
  {
    name: 'another origin in the head',
    tamper: (folder) =>
      folder.run("UPDATE logs SET origin = 'evil.example/t/default' WHERE log_no = ?", folder.logNo),
    finds: { code: 'ORIGIN' },
  },
];
