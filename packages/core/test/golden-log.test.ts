import { describe, expect, it } from 'vitest';
import {
  assembleRecord,
  assembleSeals,
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
  CompactRange,
  canonicalize,
  formatCheckpoint,
  hashLeaf,
  hexToBytes,
  type JsonObject,
  openCheckpoint,
  openEnvelope,
  parseRecord,
  parseSealPayload,
  portableCrypto,
  RECORD_TYPES,
  type RecordType,
  type SealRef,
  sealAdditionalData,
  sealCommitment,
  sealEnvelope,
  sealPayload,
  signNote,
  utf8Encode,
  ZERO_HASH_HEX,
} from '../src/index.ts';
import { hasSharedVectors, readJsonVectors, sharedSuite } from './shared-vectors.ts';
import { logSigner, repeatedSeed, witnessSigner } from './test-signers.ts';

interface GoldenSeal {
  readonly seq: number;
  readonly i: number;
  readonly sub: string;
  readonly kid: string;
  readonly ct: string;
}

interface GoldenLog {
  readonly origin: string;
  readonly logVkey: string;
  readonly witnessVkeys: readonly string[];
  readonly leafHashesHex: readonly string[];
  readonly lastRootHex: string;
  readonly records: readonly string[];
  readonly seals: readonly GoldenSeal[];
  readonly deks: Readonly<Record<string, string>>;
  readonly checkpoints: readonly string[];
}

interface SubjectKey {
  readonly kid: string;
  readonly dek: Uint8Array;
}

const SUBJECTS = 3;
const ERASED_SUBJECT = 'sub_1';
const CHECKPOINT_SIZES = [8, 13, 18];
/**
 * What happened, in order: numbers are events. Events 13 and 16 are of the erased subject and were never recorded. The
 * clock of the log ticks one second per record, and stood idle for one more after the first checkpoint.
 */
const STEPS = [
  'genesis',
  ...[0, 1, 2, 3, 4, 5, 6],
  'checkpoint',
  'idle',
  ...[7, 8, 9, 10, 11],
  'checkpoint',
  'erasure',
  ...[12, 14, 15, 17],
  'checkpoint',
] as const;
const VERBS = ['read', 'update', 'login', 'execute'];
const TYPES = ['document.viewed', 'document.edited', 'user.login.failure', 'agent.tool.called'];
const CATEGORIES = ['data', 'data', 'auth', 'ai'];

/** The random bytes of the golden log: number n is SHA-256("golden-rng-" + n). */
function goldenRandom(): (bytes: number) => Uint8Array {
  let number = 0;
  return (bytes) => {
    const block = portableCrypto.sha256(utf8Encode(`golden-rng-${number}`));
    number += 1;
    return block.slice(0, bytes);
  };
}

/** Builds the log again from its seeds, with nothing from the file but what its note says. */
class GoldenLogBuilder {
  readonly records: string[] = [];
  readonly seals: GoldenSeal[] = [];
  readonly deks = new Map<string, string>();
  readonly checkpoints: string[] = [];
  readonly leafHashesHex: string[] = [];
  readonly range = CompactRange.empty(portableCrypto);
  readonly origin = 'audit.example.com/t/acme';
  readonly log = logSigner('audit.example.com/t/acme', repeatedSeed(1));
  readonly #random = goldenRandom();
  readonly #keys = new Map<string, SubjectKey>();
  #clockS = Date.UTC(2026, 0, 1) / 1000;

  build(): this {
    for (const step of STEPS) {
      if (typeof step === 'number') {
        this.#event(step);
      } else if (step === 'genesis') {
        this.#begin();
      } else if (step === 'erasure') {
        this.#erase();
      } else if (step === 'checkpoint') {
        this.#sign();
      } else {
        this.#clockS += 1;
      }
    }
    return this;
  }

  witnesses(timestampS: number): ReturnType<typeof witnessSigner>[] {
    return [
      witnessSigner('witness.example.net/w1', repeatedSeed(2), timestampS),
      witnessSigner('witness.example.org/w2', repeatedSeed(3), timestampS),
    ];
  }

  #begin(): void {
    this.#append('genesis', {
      hash: 'sha256',
      nonce: bytesToHex(this.#random(16)),
      retention_days: 30,
      vkey: this.log.vkey,
    });
  }

  #event(number: number): void {
    const seq = this.range.size;
    const sub = `sub_${number % SUBJECTS}`;
    const payload = sealPayload({
      '/actor/email': `user${number % SUBJECTS}@example.com`,
      '/actor/id': `user-${number % SUBJECTS}`,
      '/actor/ip_address': `203.0.113.${number}`,
    });
    const r = this.#random(32);
    const cm = bytesToHex(sealCommitment(portableCrypto, r, payload));
    const { kid, dek } = this.#keyOf(sub);
    const nonce = this.#random(12);
    const additionalData = sealAdditionalData({ origin: this.origin, seq, index: 0, sub, kid, cmHex: cm });
    const key = portableCrypto.importAesKey(dek);
    const envelope = sealEnvelope(portableCrypto, { key, nonce, r, payload, additionalData });
    if (sub !== ERASED_SUBJECT) {
      this.seals.push({ seq, i: 0, sub, kid, ct: bytesToBase64(envelope) });
    }
    this.#append('event', goldenEvent(number, this.#clockS), [{ cm, sub }]);
  }

  #keyOf(sub: string): SubjectKey {
    let key = this.#keys.get(sub);
    if (key === undefined) {
      key = { kid: `dk_${bytesToHex(this.#random(8))}`, dek: this.#random(32) };
      this.#keys.set(sub, key);
      if (sub !== ERASED_SUBJECT) {
        this.deks.set(key.kid, bytesToHex(key.dek));
      }
    }
    return key;
  }

  #erase(): void {
    const { kid } = this.#keyOf(ERASED_SUBJECT);
    const seals = this.records.filter((text) => text.includes(`"sub":"${ERASED_SUBJECT}"`)).length;
    this.#append('erasure', { request: 'dsr_77', sub: ERASED_SUBJECT, kid, seals });
  }

  #append(type: RecordType, data: JsonObject, seals: readonly SealRef[] = []): void {
    const seq = this.range.size;
    const text = assembleRecord({
      at: new Date(this.#clockS * 1000).toISOString(),
      dataJson: canonicalize(data),
      log: this.origin,
      prevHex: this.leafHashesHex.at(-1) ?? ZERO_HASH_HEX,
      sealsJson: assembleSeals(seals),
      seq,
      type,
    });
    const leafHash = hashLeaf(portableCrypto, utf8Encode(text));
    this.records.push(text);
    this.leafHashesHex.push(bytesToHex(leafHash));
    this.range.append(leafHash);
    this.#clockS += 1;
  }

  #sign(): void {
    const size = this.range.size;
    const text = formatCheckpoint({ origin: this.origin, size, root: this.range.root() });
    this.checkpoints.push(signNote(text, [this.log, ...this.witnesses(this.#clockS)]));
  }
}

function goldenEvent(number: number, recordedS: number): JsonObject {
  const failed = number % 5 === 0;
  const kind = number % TYPES.length;
  return {
    action: { status: failed ? 'failure' : 'success', verb: VERBS[kind] as string },
    actor: { type: 'user' },
    category: CATEGORIES[kind] as string,
    context: { request_id: `req-${number}` },
    id: `0199b000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    occurred_at: new Date(recordedS * 1000 - 500).toISOString(),
    severity: failed ? 'high' : 'info',
    target: {
      id: `doc-${number}`,
      name: number % 2 === 0 ? 'plan.pdf' : 'Übersicht “Q3” \u{1f602}.pdf',
      type: 'document',
    },
    tenant_id: 'acme',
    type: TYPES[kind] as string,
  };
}

describe.skipIf(!hasSharedVectors)(sharedSuite('the golden log'), () => {
  const golden = (hasSharedVectors ? readJsonVectors('golden-log.json') : {}) as GoldenLog;

  it('is reproduced byte for byte from its seeds', () => {
    const built = new GoldenLogBuilder().build();
    expect(built.log.vkey).toBe(golden.logVkey);
    expect(built.witnesses(0).map(({ vkey }) => vkey)).toEqual(golden.witnessVkeys);
    expect(built.records).toEqual(golden.records);
    expect(built.leafHashesHex).toEqual(golden.leafHashesHex);
    expect(bytesToHex(built.range.root())).toBe(golden.lastRootHex);
    expect(built.seals).toEqual(golden.seals);
    expect(Object.fromEntries(built.deks)).toEqual(golden.deks);
    expect(built.checkpoints).toEqual(golden.checkpoints);
  });

  it('has records that parse, are canonical, and link', () => {
    let prev = ZERO_HASH_HEX;
    for (const [seq, text] of golden.records.entries()) {
      const parsed = parseRecord(text);
      expect(parsed).toMatchObject({ ok: true, record: { seq, prev, log: golden.origin } });
      prev = golden.leafHashesHex[seq] as string;
    }
    expect(RECORD_TYPES).toHaveLength(9);
  });

  it('has checkpoints that its log and both witnesses signed', () => {
    const trust = { origin: golden.origin, logVkeys: [golden.logVkey], witnessVkeys: golden.witnessVkeys };
    const opened = golden.checkpoints.map((note) => openCheckpoint(portableCrypto, note, trust));
    expect(opened.map(({ checkpoint }) => checkpoint.size)).toEqual(CHECKPOINT_SIZES);
    for (const { witnesses } of opened) {
      expect(witnesses.map(({ name }) => name)).toEqual(['witness.example.net/w1', 'witness.example.org/w2']);
    }
  });

  it('has seals that open to what the records committed to, in their own place only', () => {
    for (const seal of golden.seals) {
      const parsed = parseRecord(golden.records[seal.seq] as string);
      const cmHex = parsed.ok ? (parsed.record.seals[seal.i]?.cm as string) : '';
      const place = {
        origin: golden.origin,
        seq: seal.seq,
        index: seal.i,
        sub: seal.sub,
        kid: seal.kid,
        cmHex,
      };
      const key = portableCrypto.importAesKey(hexToBytes(golden.deks[seal.kid] as string));
      const envelope = base64ToBytes(seal.ct) as Uint8Array;
      const opened = openEnvelope(portableCrypto, {
        key,
        envelope,
        additionalData: sealAdditionalData(place),
      });
      expect(opened).toBeDefined();
      const { r, payload } = opened as NonNullable<typeof opened>;
      expect(bytesToHex(sealCommitment(portableCrypto, r, payload))).toBe(cmHex);
      expect(Object.keys(parseSealPayload(payload) ?? {})).toEqual([
        '/actor/email',
        '/actor/id',
        '/actor/ip_address',
      ]);
      const moved = sealAdditionalData({ ...place, seq: place.seq + 3 });
      expect(openEnvelope(portableCrypto, { key, envelope, additionalData: moved })).toBeUndefined();
    }
  });
});
