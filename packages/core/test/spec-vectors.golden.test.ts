import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { specVectors } from '../../../spec/generator/spec-vectors.ts';
import {
  bytesToHex,
  CompactRange,
  hashLeaf,
  hexToBytes,
  openCheckpoint,
  openEnvelope,
  parseRecord,
  portableCrypto,
  RECORD_TYPES,
  sealAdditionalData,
  sealCommitment,
  utf8Encode,
} from '../src/index.ts';
import { SPEC_VECTORS } from './shared-vectors.ts';

interface LogVectors {
  readonly origin: string;
  readonly logVkeys: readonly string[];
  readonly witnessVkeys: readonly string[];
  readonly records: readonly string[];
  readonly leafHashes: readonly string[];
  readonly roots: readonly string[];
  readonly seals: readonly { seq: number; index: number; sub: string; kid: string; envelope: string }[];
  readonly dataKeys: Readonly<Record<string, string>>;
  readonly checkpoints: readonly string[];
}

describe('spec/vectors', () => {
  it('are what our code makes, byte for byte: the format is frozen', async () => {
    const made = await specVectors();
    expect(readdirSync(SPEC_VECTORS).sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) {
      // Not toBe on the whole texts: the message would be the whole files.
      const committed = readFileSync(join(SPEC_VECTORS, name), 'utf8');
      expect({ name, same: committed === text }).toEqual({ name, same: true });
    }
  });

  it('hold a log of all types of record that can be followed from its file alone', () => {
    const log = JSON.parse(readFileSync(join(SPEC_VECTORS, 'log.json'), 'utf8')) as LogVectors;
    const range = CompactRange.empty(portableCrypto);
    const types = new Set<string>();
    for (const [seq, text] of log.records.entries()) {
      const parsed = parseRecord(text);
      expect(parsed).toMatchObject({
        ok: true,
        record: { seq, prev: log.leafHashes[seq - 1] ?? '0'.repeat(64) },
      });
      types.add(parsed.ok ? parsed.record.type : '');
      range.append(hashLeaf(portableCrypto, utf8Encode(text)));
      expect(bytesToHex(range.root())).toBe(log.roots[seq]);
    }
    expect([...types].sort()).toEqual([...RECORD_TYPES].sort());
    for (const note of log.checkpoints) {
      const { checkpoint, witnesses } = openCheckpoint(portableCrypto, note, log);
      expect(bytesToHex(checkpoint.root)).toBe(log.roots[checkpoint.size - 1]);
      expect(witnesses).toHaveLength(2);
    }
  });

  it('hold seals that open to their commitments', () => {
    const log = JSON.parse(readFileSync(join(SPEC_VECTORS, 'log.json'), 'utf8')) as LogVectors;
    expect(log.seals.length).toBeGreaterThan(2);
    for (const { seq, index, sub, kid, envelope } of log.seals) {
      const parsed = parseRecord(log.records[seq] as string);
      const cmHex = parsed.ok ? (parsed.record.seals[index]?.cm ?? '') : '';
      const opened = openEnvelope(portableCrypto, {
        key: portableCrypto.importAesKey(hexToBytes(log.dataKeys[kid] as string)),
        envelope: hexToBytes(envelope),
        additionalData: sealAdditionalData({ origin: log.origin, seq, index, sub, kid, cmHex }),
      });
      expect(
        bytesToHex(sealCommitment(portableCrypto, opened?.r as Uint8Array, opened?.payload as string)),
      ).toBe(cmHex);
    }
  });
});
