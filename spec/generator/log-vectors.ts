import {
  assembleRecord,
  assembleSeals,
  bytesToHex,
  CompactRange,
  canonicalize,
  formatCheckpoint,
  hashLeaf,
  type JsonObject,
  parseRecord,
  portableCrypto,
  type RecordType,
  type SealedMembers,
  type SealRef,
  sealAdditionalData,
  sealCommitment,
  sealEnvelope,
  sealPayload,
  signNote,
  utf8Encode,
  ZERO_HASH_HEX,
} from '../../packages/core/src/index.ts';
import { seededBytes, seededLogSigner, seededWitness } from './seeded.ts';

const ORIGIN = 'audit.example.com/t/acme';
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

/** What is sealed for one data subject of an event. */
interface SubjectMembers {
  readonly sub: string;
  readonly members: SealedMembers;
}

interface StoredEnvelope {
  readonly seq: number;
  readonly index: number;
  readonly sub: string;
  readonly kid: string;
  readonly envelope: string;
}

/** A log as its store and its auditor see it; every random byte is `seededBytes` of a label named here. */
class VectorLog {
  readonly records: string[] = [];
  readonly leafHashes: string[] = [];
  readonly roots: string[] = [];
  readonly checkpoints: string[] = [];
  seals: StoredEnvelope[] = [];
  readonly dataKeys = new Map<string, string>();
  readonly #range = CompactRange.empty(portableCrypto);
  #atMs = START_MS;
  #signer = seededLogSigner(ORIGIN, 'log key');

  /** Each record is one day after the one before. */
  append(type: RecordType, data: JsonObject, subjects: readonly SubjectMembers[] = []): number {
    const seq = this.#range.size;
    const text = assembleRecord({
      at: new Date(this.#atMs).toISOString(),
      dataJson: canonicalize(data),
      log: ORIGIN,
      prevHex: this.leafHashes.at(-1) ?? ZERO_HASH_HEX,
      sealsJson: assembleSeals(subjects.map((subject, index) => this.#seal(subject, seq, index))),
      seq,
      type,
    });
    const parsed = parseRecord(text);
    if (!parsed.ok) {
      throw new Error(`record ${seq}: ${parsed.detail}`);
    }
    const leafHash = hashLeaf(portableCrypto, utf8Encode(text));
    this.#range.append(leafHash);
    this.records.push(text);
    this.leafHashes.push(bytesToHex(leafHash));
    this.roots.push(bytesToHex(this.#range.root()));
    this.#atMs += DAY_MS;
    return seq;
  }

  event(number: number, target: string, subjects: readonly SubjectMembers[]): number {
    return this.append('event', eventData(number, target, this.#atMs), subjects);
  }

  /** Signed by the log and both witnesses, one second after the last record. */
  checkpoint(): void {
    const timestampS = (this.#atMs - DAY_MS) / 1000 + 1;
    const text = formatCheckpoint({ origin: ORIGIN, size: this.#range.size, root: this.#range.root() });
    const witnesses = witnessesAt(timestampS);
    this.checkpoints.push(signNote(text, [this.#signer, ...witnesses]));
  }

  /** The old key signs the record that names the new one; only then the new key takes over. */
  rotateKey(): void {
    const next = seededLogSigner(ORIGIN, 'next log key');
    this.append('key', { vkey: next.vkey });
    this.checkpoint();
    this.#signer = next;
  }

  erase(sub: string): void {
    const erased = this.seals.filter((seal) => seal.sub === sub);
    const kid = erased[0]?.kid as string;
    this.append('erasure', { kid, request: 'dsr_1', seals: erased.length, sub });
    this.seals = this.seals.filter((seal) => seal.sub !== sub);
    this.dataKeys.delete(kid);
  }

  #seal(subject: SubjectMembers, seq: number, index: number): SealRef {
    const { sub, members } = subject;
    const label = `${seq} ${index}`;
    const kid = `dk_${sub}`;
    const key = seededBytes(`data key ${sub}`, 32);
    const r = seededBytes(`seal random ${label}`, 32);
    const payload = sealPayload(members);
    const cm = bytesToHex(sealCommitment(portableCrypto, r, payload));
    const additionalData = sealAdditionalData({ origin: ORIGIN, seq, index, sub, kid, cmHex: cm });
    const envelope = sealEnvelope(portableCrypto, {
      key: portableCrypto.importAesKey(key),
      nonce: seededBytes(`seal nonce ${label}`, 12),
      r,
      payload,
      additionalData,
    });
    this.seals.push({ seq, index, sub, kid, envelope: bytesToHex(envelope) });
    this.dataKeys.set(kid, bytesToHex(key));
    return { cm, sub };
  }
}

/** A whole log with all nine types of record, an erasure, a key rotation, a pruned range and witnessed checkpoints. */
export function logVectors(): unknown {
  const log = new VectorLog();
  const firstVkey = seededLogSigner(ORIGIN, 'log key').vkey;
  log.append('genesis', { hash: 'sha256', nonce: bytesToHex(seededBytes('nonce', 16)), vkey: firstVkey });
  log.append('policy', { policy: 'seals', value: 'default' });
  log.event(1, 'doc-1', [ada(1)]);
  log.event(2, 'doc-2', [grace(2)]);
  log.event(3, 'doc-3', [
    ada(3),
    { sub: 'sub_grace', members: { '/target/id': 'u-grace', '/target/name': 'Grace' } },
  ]);
  log.checkpoint();
  log.append('hold', { hold: 'case-7', state: 'placed' });
  const corrected = log.event(4, 'doc-4', [grace(4)]);
  log.append('note', { seq: corrected, text: 'The document was doc-5.' });
  log.append('hold', { hold: 'case-7', state: 'released' });
  log.erase('sub_grace');
  log.checkpoint();
  log.append('anchor', { kind: 'rfc3161', root: log.roots.at(-1) as string, size: log.records.length });
  log.rotateKey();
  log.event(5, 'doc-6', [ada(5)]);
  log.append('prune', {
    archive: { sha256: bytesToHex(seededBytes('archive', 32)) },
    before: new Date(START_MS + 3 * DAY_MS).toISOString(),
    count: 1,
    policy: 'data',
    ranges: [[2, 2]],
  });
  log.checkpoint();
  return {
    origin: ORIGIN,
    logVkeys: [firstVkey, seededLogSigner(ORIGIN, 'next log key').vkey],
    witnessVkeys: witnessesAt(0).map(({ vkey }) => vkey),
    records: log.records,
    leafHashes: log.leafHashes,
    roots: log.roots,
    seals: log.seals,
    dataKeys: Object.fromEntries(log.dataKeys),
    erased: ['sub_grace'],
    pruned: [[2, 2]],
    checkpoints: log.checkpoints,
  };
}

function ada(number: number): SubjectMembers {
  return {
    sub: 'sub_ada',
    members: {
      '/actor/email': 'ada@example.com',
      '/actor/id': 'u-ada',
      '/actor/ip_address': `203.0.113.${number}`,
    },
  };
}

function grace(number: number): SubjectMembers {
  return { sub: 'sub_grace', members: { '/actor/id': 'u-grace', '/actor/session_id': `session-${number}` } };
}

function eventData(number: number, target: string, atMs: number): JsonObject {
  return {
    action: { status: 'success', verb: 'read' },
    actor: { type: 'user' },
    category: 'data',
    id: `0199b000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    occurred_at: new Date(atMs - 250).toISOString(),
    severity: 'info',
    target: { id: target, name: 'Übersicht “Q3”.pdf', type: 'document' },
    tenant_id: 'acme',
    type: 'document.viewed',
  };
}

function witnessesAt(timestampS: number): ReturnType<typeof seededWitness>[] {
  return [
    seededWitness('witness.example.net/w1', 'witness 1 key', timestampS),
    seededWitness('witness.example.org/w2', 'witness 2 key', timestampS),
  ];
}
