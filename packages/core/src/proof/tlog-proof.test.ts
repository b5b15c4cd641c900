import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSigner, repeatedSeed, witnessSigner } from '../../test/test-signers.ts';
import { formatCheckpoint } from '../checkpoint/checkpoint.ts';
import { signNote } from '../checkpoint/note.ts';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { concatBytes } from '../encoding/byte-sequence.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { tileNodeReader } from '../merkle/tile-reader.ts';
import { hashLeaf } from '../merkle/tree-hash.ts';
import { inclusionProof } from '../merkle/tree-proofs.ts';
import { formatTlogProof, ProofFormatError, parseTlogProof } from './tlog-proof.ts';
import { verifyTlogProof } from './verify-tlog-proof.ts';

const ORIGIN = 'audit.example.com/t/acme';
const log = logSigner(ORIGIN, repeatedSeed(1));
const witness = witnessSigner('witness.example/w', repeatedSeed(2), 1_700_000_000);
const TREE_SIZE = 11;
const records = Array.from({ length: TREE_SIZE }, (_, index) => utf8Encode(`record ${index}`));
const leaves = records.map((record) => hashLeaf(portableCrypto, record));
const reader = tileNodeReader(portableCrypto, async () => concatBytes(...leaves), TREE_SIZE);

function checkpointNote(size: number, origin: string = ORIGIN): string {
  const range = CompactRange.empty(portableCrypto);
  for (const leaf of leaves.slice(0, size)) {
    range.append(leaf);
  }
  return signNote(formatCheckpoint({ origin, size, root: range.root() }), [log, witness]);
}

async function proofOf(index: number): Promise<string> {
  const hashes = await inclusionProof(portableCrypto, reader, index, TREE_SIZE);
  return formatTlogProof({ index, hashes, checkpointNote: checkpointNote(TREE_SIZE) });
}

describe('proof files', () => {
  it('have the lines of c2sp.org/tlog-proof@v1', async () => {
    const hashes = await inclusionProof(portableCrypto, reader, 10, TREE_SIZE);
    const note = checkpointNote(TREE_SIZE);
    const text = formatTlogProof({ index: 10, hashes, checkpointNote: note, extra: Uint8Array.of(1, 2) });
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual(['c2sp.org/tlog-proof@v1', 'extra AQI=', 'index 10']);
    expect(lines[3 + hashes.length]).toBe('');
    expect(text.endsWith(`\n\n${note}`)).toBe(true);
  });

  it('read back (property)', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const note = checkpointNote(3);
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.array(hash, { maxLength: 54 }),
        fc.option(fc.uint8Array()),
        (index, hashes, extra) => {
          const proof = { index, hashes, checkpointNote: note, ...(extra === null ? {} : { extra }) };
          expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
        },
      ),
    );
  });

  it('verify for their record and no other', async () => {
    const vkeys = [log.vkey, witness.vkey];
    for (const [index, recordBytes] of records.entries()) {
      const proofText = await proofOf(index);
      expect(verifyTlogProof(portableCrypto, { proofText, recordBytes, vkeys })).toMatchObject({
        ok: true,
        index,
        checkpoint: { origin: ORIGIN, size: TREE_SIZE },
        witnesses: [{ name: witness.name, timestampS: 1_700_000_000 }],
      });
      const other = records[(index + 1) % TREE_SIZE] as Uint8Array;
      expect(verifyTlogProof(portableCrypto, { proofText, recordBytes: other, vkeys })).toMatchObject({
        ok: false,
        code: 'inclusion',
      });
    }
  });

  it('do not verify for another index, tree, key or origin', async () => {
    const recordBytes = records[4] as Uint8Array;
    const proofText = await proofOf(4);
    const verdict = (text: string, vkeys: readonly string[] = [log.vkey]): unknown =>
      verifyTlogProof(portableCrypto, { proofText: text, recordBytes, vkeys });
    const proof = parseTlogProof(proofText);
    const failed = (code: string): unknown => expect.objectContaining({ ok: false, code });
    expect(verdict(proofText)).toMatchObject({ ok: true });
    expect(verdict(proofText.replace('index 4', 'index 5'))).toEqual(failed('inclusion'));
    expect(verdict(formatTlogProof({ ...proof, hashes: proof.hashes.slice(1) }))).toEqual(
      failed('inclusion'),
    );
    expect(verdict(formatTlogProof({ ...proof, checkpointNote: checkpointNote(9) }))).toEqual(
      failed('inclusion'),
    );
    expect(verdict(proofText, [witness.vkey])).toEqual(failed('unverified'));
    expect(verdict(proofText, [logSigner(ORIGIN, repeatedSeed(7)).vkey])).toEqual(failed('unverified'));
    expect(verdict(proofText, ['nonsense'])).toEqual(failed('vkey'));
    const elsewhere = formatTlogProof({
      ...proof,
      checkpointNote: checkpointNote(TREE_SIZE, 'audit.example.com/t/b'),
    });
    expect(verdict(elsewhere)).toEqual(failed('unverified'));
    expect(verdict(proofText.replace(`\n${TREE_SIZE}\n`, '\n12\n'))).toEqual(failed('signature'));
    expect(verdict(proofText.slice(1))).toEqual(failed('format'));
    expect(verdict(`${proofText}x`)).toEqual(failed('malformed'));
  });

  const hash = `${'A'.repeat(43)}=`;
  it.each([
    ['another first line', `c2sp.org/tlog-proof@v2\nindex 0\n\nnote`],
    ['no index', `c2sp.org/tlog-proof@v1\n${hash}\n\nnote`],
    ['a leading zero', `c2sp.org/tlog-proof@v1\nindex 01\n\nnote`],
    ['an index above 2^53-1', `c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\nnote`],
    ['a negative index', `c2sp.org/tlog-proof@v1\nindex -1\n\nnote`],
    ['extra data after the index', `c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\nnote`],
    ['extra data that is not canonical', `c2sp.org/tlog-proof@v1\nextra AB==\nindex 0\n\nnote`],
    ['a short hash', `c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote`],
    ['a hash in hex', `c2sp.org/tlog-proof@v1\nindex 0\n${'00'.repeat(32)}\n\nnote`],
    ['carriage returns', `c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nnote`],
    ['no blank line', `c2sp.org/tlog-proof@v1\nindex 0\n${hash}\n`],
    ['55 hashes', `c2sp.org/tlog-proof@v1\nindex 0\n${`${hash}\n`.repeat(55)}\nnote`],
    ['two megabytes', `c2sp.org/tlog-proof@v1\nindex 0\n\n${'x'.repeat(2_000_000)}`],
    ['nothing', ''],
  ])('with %s are refused', (_name, text) => {
    expect(() => parseTlogProof(text)).toThrow(ProofFormatError);
  });
});
