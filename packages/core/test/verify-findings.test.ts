// Long because: one table with a case for every finding code, which a test below proves to be complete.
import { describe, expect, it } from 'vitest';
import {
  bytesToHex,
  FINDING_CODES,
  type Finding,
  type FindingCode,
  formatCheckpoint,
  hashLeaf,
  type JsonObject,
  portableCrypto,
  signNote,
  utf8Encode,
  type VerificationReport,
  type VerifyOptions,
  verifyLog,
} from '../src/index.ts';
import {
  buildLog,
  columnsOf,
  genesis,
  idOf,
  type MemoryLog,
  ORIGIN,
  plainSpecs,
  type RecordSpec,
  resealed,
  SIGNER,
  timeAt,
} from './memory-log.ts';
import { logSigner, repeatedSeed, witnessSigner } from './test-signers.ts';

const SIZE = 12;
const OTHER_SIGNER = logSigner(ORIGIN, repeatedSeed(9));
const WITNESS = 'witness.example.net/w1';

/** One way to damage a log, and the finding that must name it. */
interface Case {
  readonly name: string;
  readonly code: FindingCode;
  readonly seq?: number;
  readonly field?: string;
  readonly log: () => MemoryLog;
  readonly options?: Partial<VerifyOptions>;
}

async function verify(log: MemoryLog, options: Partial<VerifyOptions> = {}): Promise<VerificationReport> {
  const steps = verifyLog(log, {
    crypto: portableCrypto,
    now: () => Date.parse(timeAt(100_000)),
    origin: ORIGIN,
    expectedColumns: ({ data }) => columnsOf(data),
    ...options,
  });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

/** A healthy log, changed by `change`. */
function damaged(change: (log: MemoryLog) => void, size = SIZE): () => MemoryLog {
  return () => {
    const log = buildLog(plainSpecs(size), { signedAt: [4, 8, size] });
    change(log);
    return log;
  };
}

/** A healthy log with another time of signing on one of its checkpoints. */
function signedAt(index: number, change: (ms: number) => number): () => MemoryLog {
  return damaged((log) => {
    const [stored] = log.checkpoints.slice(index, index + 1);
    if (stored === undefined) throw new Error(`there is no checkpoint ${index}`);
    log.checkpoints.splice(index, 1, { ...stored, signedAtMs: change(stored.signedAtMs) });
  });
}

/** A log whose own records are wrong at one place, as somebody with the signing key could write it. */
function rewritten(seq: number, spec: RecordSpec): () => MemoryLog {
  return () => buildLog(plainSpecs(SIZE).map((plain, place) => (place === seq ? spec : plain)));
}

function specsWith(last: readonly RecordSpec[]): RecordSpec[] {
  return [...plainSpecs(SIZE - last.length), ...last];
}

function prune(data: JsonObject): RecordSpec {
  const archive = { sha256: '0'.repeat(64) };
  return { type: 'prune', data: { archive, before: timeAt(5), policy: 'p', ...data } };
}

/** A log with records 2 and 3 pruned by its last record. */
function pruned(
  data: JsonObject,
  options: { signedAt?: number[]; extra?: RecordSpec[] } = {},
): () => MemoryLog {
  return () => {
    const log = buildLog(specsWith([...(options.extra ?? []), prune(data)]), {
      signedAt: options.signedAt ?? [4, 8, SIZE],
    });
    for (const seq of [2, 3]) Object.assign(log.row(seq), { text: undefined, columns: undefined, seals: [] });
    return log;
  };
}

/** A log whose last record erases the subject of records 3 and 9, done as far as `done` says. */
function erased(done: (log: MemoryLog) => void): () => MemoryLog {
  return () => {
    const data = { kid: 'dk_sub_1', request: 'dsr_1', seals: 2, sub: 'sub_1' };
    const log = buildLog(specsWith([{ type: 'erasure', data }]));
    log.setKey('sub_1', { kind: 'destroyed' });
    for (const seq of [3, 9]) log.row(seq).seals = [];
    done(log);
    return log;
  };
}

/** A log that a witness stamped at size 4 and `SIZE`. */
function witnessed(stampS: (size: number) => number): () => MemoryLog {
  return () =>
    buildLog(plainSpecs(SIZE), {
      signedAt: [4, SIZE],
      signers: (size) => [SIGNER, witnessSigner(WITNESS, repeatedSeed(2), stampS(size))],
    });
}

const secondsAt = (seq: number): number => Math.floor(Date.parse(timeAt(seq)) / 1_000);
const witnesses = { vkeys: [witnessSigner(WITNESS, repeatedSeed(2), 0).vkey], quorum: 1 };
const held = (data: JsonObject = {}): RecordSpec => ({
  type: 'hold',
  data: { hold: 'case-1', state: 'placed', ...data },
});

const RECORD_CASES: readonly Case[] = [
  {
    name: 'a text that is no JSON',
    code: 'UNPARSEABLE',
    seq: 5,
    log: damaged((log) => log.editText(5, (text) => text.slice(1))),
  },
  {
    name: 'a text with white space',
    code: 'NOT_CANONICAL',
    seq: 5,
    log: damaged((log) => log.editText(5, (text) => text.replace(',', ', '))),
  },
  {
    name: 'a member too many',
    code: 'SCHEMA',
    seq: 5,
    log: damaged((log) => log.editText(5, (text) => text.replace('"v":1', '"v":1,"w":2'))),
  },
  {
    name: 'an unknown version',
    code: 'VERSION',
    seq: 5,
    log: damaged((log) => log.editText(5, (text) => text.replace('"v":1', '"v":2'))),
  },
  { name: 'a deleted record', code: 'SEQ', seq: 5, log: damaged((log) => log.rows.splice(5, 1)) },
  { name: 'a record with another number, signed', code: 'SEQ', seq: 5, log: rewritten(5, { seq: 6 }) },
  {
    name: 'an edited record',
    code: 'LEAF_MISMATCH',
    seq: 5,
    log: damaged((log) => log.editText(5, (text) => text.replace('viewed', 'edited'))),
  },
  {
    name: 'the record after an edited one',
    code: 'CHAIN',
    seq: 6,
    log: damaged((log) => log.editText(5, (text) => text.replace('viewed', 'edited'))),
  },
  { name: 'a wrong link, signed', code: 'CHAIN', seq: 5, log: rewritten(5, { prevHex: 'ab'.repeat(32) }) },
  {
    name: 'a record of another log',
    code: 'WRONG_LOG',
    seq: 5,
    log: rewritten(5, { log: 'audit.example.com/t/other' }),
  },
  { name: 'no genesis', code: 'GENESIS', seq: 0, log: rewritten(0, {}) },
  { name: 'a second genesis', code: 'GENESIS', seq: 5, log: rewritten(5, genesis()) },
  { name: 'a log without records', code: 'GENESIS', seq: 0, log: () => buildLog([]) },
  {
    name: 'a key that is not the trusted one',
    code: 'GENESIS',
    seq: 0,
    log: () => buildLog(plainSpecs(SIZE)),
    options: { vkey: OTHER_SIGNER.vkey },
  },
  {
    name: 'an event id twice',
    code: 'DUP_ID',
    seq: 7,
    log: rewritten(7, {
      data: { id: idOf(5), occurred_at: timeAt(7), severity: 'info', tenant_id: 'acme', type: 'a' },
    }),
  },
  { name: 'a time that goes back', code: 'TIME_ORDER', seq: 5, log: rewritten(5, { at: timeAt(1) }) },
  { name: 'a time ahead of the clock', code: 'FUTURE', seq: 11, log: rewritten(11, { at: timeAt(200_000) }) },
];

const SIGNATURE_CASES: readonly Case[] = [
  {
    name: 'an edited record under a repaired leaf hash',
    code: 'ROOT_MISMATCH',
    seq: 7,
    log: damaged((log) => {
      log.editText(5, (text) => text.replace('viewed', 'edited'));
      log.row(5).leafHash = hashLeaf(portableCrypto, utf8Encode(log.row(5).text ?? ''));
    }),
  },
  {
    name: 'an edited record, at its own place',
    code: 'ROOT_MISMATCH',
    seq: 5,
    log: damaged((log) => log.editText(5, (text) => text.replace('viewed', 'edited'))),
  },
  {
    name: 'a cut log with a repaired head',
    code: 'TRUNCATED',
    seq: 9,
    log: () => {
      const log = buildLog(plainSpecs(9), { signedAt: [4, 8] });
      log.checkpoints.push(...buildLog(plainSpecs(SIZE)).checkpoints);
      Object.assign(log.state ?? {}, { checkpointSize: SIZE });
      return log;
    },
  },
  {
    name: 'an old tail without a signature',
    code: 'UNCHECKPOINTED_TAIL',
    seq: 8,
    log: () => buildLog(plainSpecs(SIZE), { signedAt: [4, 8] }),
  },
  { name: 'no checkpoint', code: 'NO_CHECKPOINT', log: () => buildLog(plainSpecs(SIZE), { signedAt: [] }) },
  {
    name: 'a checkpoint of another key',
    code: 'CHECKPOINT_INVALID',
    seq: 11,
    log: () => buildLog(plainSpecs(SIZE), { signers: () => [OTHER_SIGNER] }),
  },
  {
    name: 'a checkpoint that is no note',
    code: 'CHECKPOINT_INVALID',
    seq: 7,
    log: damaged((log) => log.checkpoints.splice(1, 1, { size: 8, note: 'x', signedAtMs: 0 })),
  },
  {
    name: 'a checkpoint filed under another size',
    code: 'CHECKPOINT_INVALID',
    seq: 6,
    log: damaged((log) => {
      const [first] = log.checkpoints;
      if (first !== undefined) log.checkpoints.splice(1, 0, { ...first, size: 7 });
    }),
  },
  {
    name: 'a key that signs before the old one has covered its record',
    code: 'CHECKPOINT_INVALID',
    seq: 11,
    log: () =>
      buildLog(specsWith([{ type: 'key', data: { vkey: OTHER_SIGNER.vkey } }]), {
        signedAt: [4, SIZE],
        signers: (size) => [size === SIZE ? OTHER_SIGNER : SIGNER],
      }),
  },
  {
    name: 'a checkpoint signed before its last record',
    code: 'CHECKPOINT_INVALID',
    field: 'signed_at',
    seq: 7,
    log: signedAt(1, () => 1),
  },
  {
    name: 'a checkpoint signed in the future',
    code: 'CHECKPOINT_INVALID',
    field: 'signed_at',
    seq: 11,
    log: signedAt(2, () => 4e12),
  },
  {
    name: 'a checkpoint signed after a larger one',
    code: 'CHECKPOINT_INVALID',
    field: 'signed_at',
    seq: 11,
    log: signedAt(1, (ms) => ms + 60_000),
  },
  {
    name: 'two roots for one size',
    code: 'EQUIVOCATION',
    seq: 7,
    log: damaged((log) => {
      const text = formatCheckpoint({ origin: ORIGIN, size: 8, root: new Uint8Array(32) });
      log.checkpoints.splice(2, 0, { size: 8, note: signNote(text, [SIGNER]), signedAtMs: 0 });
    }),
  },
  {
    name: 'a checkpoint of another log',
    code: 'ORIGIN',
    seq: 7,
    log: damaged((log) => {
      const other = logSigner('audit.example.com/t/other', repeatedSeed(1));
      const text = formatCheckpoint({ origin: other.name, size: 8, root: new Uint8Array(32) });
      log.checkpoints.splice(1, 1, { size: 8, note: signNote(text, [other]), signedAtMs: 0 });
    }),
  },
  {
    name: 'another log under the name',
    code: 'ORIGIN',
    log: damaged((log) => Object.assign(log.state ?? {}, { origin: 'other' })),
  },
  {
    name: 'an old checkpoint',
    code: 'STALE',
    seq: 11,
    log: () => buildLog(plainSpecs(SIZE)),
    options: { freshWithinMs: 1_000 },
  },
  {
    name: 'a log that is gone and was seen before',
    code: 'ROLLBACK',
    log: damaged((log) => Object.assign(log, { state: undefined })),
    options: { lastSeen: { size: 20, root: new Uint8Array(32) } },
  },
  {
    name: 'a smaller log than before',
    code: 'ROLLBACK',
    seq: SIZE,
    log: () => buildLog(plainSpecs(SIZE)),
    options: { lastSeen: { size: 20, root: new Uint8Array(32) } },
  },
  {
    name: 'another log than before',
    code: 'FORK_FROM_LAST_SEEN',
    seq: 5,
    log: () => buildLog(plainSpecs(SIZE)),
    options: { lastSeen: { size: 6, root: new Uint8Array(32) } },
  },
  {
    name: 'too few witnesses',
    code: 'WITNESS_QUORUM',
    seq: 11,
    log: () => buildLog(plainSpecs(SIZE)),
    options: { witnesses },
  },
  {
    name: 'a record before the stamp below it',
    code: 'BACKDATED',
    seq: 4,
    log: witnessed((size) => secondsAt(size === 4 ? 60 : 70)),
    options: { witnesses },
  },
  {
    name: 'a record after the stamp over it',
    code: 'TIME_AFTER_ANCHOR',
    seq: 11,
    log: witnessed((size) => secondsAt(size === 4 ? 4 : 4)),
    options: { witnesses },
  },
  {
    name: 'stamps that go back',
    code: 'ANCHOR_TIME_REGRESSION',
    seq: 11,
    log: witnessed((size) => secondsAt(size === 4 ? 14 : 12)),
    options: { witnesses },
  },
];

const STORE_CASES: readonly Case[] = [
  {
    name: 'a tile that differs',
    code: 'TILE_MISMATCH',
    seq: 3,
    log: damaged((log) => log.tiles[0]?.hashes.fill(7, 96, 128), 300),
  },
  { name: 'a missing tile', code: 'TILE_MISMATCH', seq: 0, log: damaged((log) => log.tiles.splice(0), 300) },
  {
    name: 'another leaf hash',
    code: 'LEAF_MISMATCH',
    seq: 5,
    log: damaged((log) => Object.assign(log.row(5), { leafHash: new Uint8Array(32) })),
  },
  {
    name: 'a leaf hash of another length',
    code: 'LEAF_MISMATCH',
    seq: 5,
    log: damaged((log) => Object.assign(log.row(5), { leafHash: new Uint8Array(5) })),
  },
  {
    name: 'a head that counts more',
    code: 'HEAD_MISMATCH',
    seq: 11,
    field: 'size',
    log: damaged((log) => Object.assign(log.state ?? {}, { size: 13 })),
  },
  {
    name: 'a head with another range',
    code: 'HEAD_MISMATCH',
    seq: 11,
    field: 'frontier',
    log: damaged((log) => Object.assign(log.state ?? {}, { frontier: [] })),
  },
  {
    name: 'a head with another last hash',
    code: 'HEAD_MISMATCH',
    seq: 11,
    field: 'last_hash',
    log: damaged((log) => Object.assign(log.state ?? {}, { lastHash: new Uint8Array(32) })),
  },
  {
    name: 'a head with another time',
    code: 'HEAD_MISMATCH',
    seq: 11,
    field: 'last_at',
    log: damaged((log) => Object.assign(log.state ?? {}, { lastAtMs: 1 })),
  },
  {
    name: 'another column',
    code: 'PROJECTION',
    seq: 5,
    field: 'severity',
    log: damaged((log) =>
      Object.assign(log.row(5), { columns: { type: 'document.viewed', severity: 'low' } }),
    ),
  },
  {
    name: 'missing columns',
    code: 'PROJECTION_COUNT',
    seq: 5,
    log: damaged((log) => Object.assign(log.row(5), { columns: undefined })),
  },
  {
    name: 'columns of no event',
    code: 'PROJECTION_COUNT',
    seq: 0,
    log: damaged((log) => Object.assign(log.row(0), { columns: { type: 'x' } })),
  },
  {
    name: 'a missing id',
    code: 'EVENT_ID_INDEX',
    seq: 5,
    log: damaged((log) => log.eventIds.delete(idOf(5))),
  },
  {
    name: 'an id of another record',
    code: 'EVENT_ID_INDEX',
    seq: 5,
    log: damaged((log) => log.eventIds.set(idOf(5), 6)),
  },
  {
    name: 'an id too many',
    code: 'EVENT_ID_INDEX',
    log: damaged((log) => Object.assign(log.state ?? {}, { eventIds: 12 })),
  },
  {
    name: 'what only the store can see',
    code: 'SEARCH_PROJECTION',
    seq: 4,
    log: damaged((log) => log.strays.push({ code: 'SEARCH_PROJECTION', seq: 4, detail: 'missing' })),
  },
];

const SEAL_CASES: readonly Case[] = [
  {
    name: 'a removed envelope',
    code: 'SEAL_MISSING',
    seq: 3,
    log: damaged((log) => Object.assign(log.row(3), { seals: [] })),
  },
  {
    name: 'an envelope of no seal',
    code: 'SEAL_ORPHAN',
    seq: 4,
    log: damaged((log) => Object.assign(log.row(4), { seals: log.row(3).seals })),
  },
  {
    name: 'an envelope twice',
    code: 'SEAL_DUP',
    seq: 3,
    log: damaged((log) =>
      Object.assign(log.row(3), { seals: log.row(3).seals.flatMap((seal) => [seal, { ...seal, index: 1 }]) }),
    ),
  },
  {
    name: 'an envelope of another record',
    code: 'SEAL_DECRYPT',
    seq: 3,
    log: damaged((log) => Object.assign(log.row(3), { seals: log.row(9).seals })),
  },
  {
    name: 'a key id that no log writes',
    code: 'SEAL_DECRYPT',
    seq: 3,
    log: damaged((log) => {
      const [seal] = log.row(3).seals;
      const key = log.keys.get('dk_sub_1');
      if (seal === undefined || key === undefined) return;
      log.keys.set('a\nb', { ...key, kid: 'a\nb' });
      log.row(3).seals = [{ ...seal, kid: 'a\nb' }];
    }),
  },
  {
    name: 'an envelope with another content',
    code: 'SEAL_COMMITMENT',
    seq: 3,
    log: damaged((log) => {
      const cm = /"cm":"([0-9a-f]+)"/.exec(log.row(3).text ?? '')?.[1] ?? '';
      log.row(3).seals = [resealed(3, 'sub_1', cm)];
    }),
  },
  {
    name: 'a lost key',
    code: 'SEAL_KEY_MISSING',
    seq: 3,
    log: damaged((log) => log.keys.delete('dk_sub_1')),
  },
  {
    name: 'a destroyed key without an erasure',
    code: 'SEAL_KEY_MISSING',
    seq: 9,
    log: damaged((log) => log.setKey('sub_1', { kind: 'destroyed' })),
  },
  {
    name: 'a seal after the erasure',
    code: 'SEAL_AFTER_ERASURE',
    seq: 11,
    log: () =>
      buildLog(
        specsWith([
          { type: 'erasure', data: { kid: 'k', request: 'r', seals: 0, sub: 'sub_7' } },
          { seals: ['sub_7'] },
        ]),
      ),
  },
  {
    name: 'an envelope that outlived its erasure',
    code: 'ERASURE_INCOMPLETE',
    seq: 3,
    log: erased((log) => Object.assign(log.row(3), { seals: buildLog(plainSpecs(4)).row(3).seals })),
  },
  {
    name: 'a key that outlived its erasure',
    code: 'ERASURE_INCOMPLETE',
    seq: 11,
    log: erased((log) => log.setKey('sub_1', { kind: 'locked' })),
  },
];

const PRUNE_CASES: readonly Case[] = [
  {
    name: 'a removed text',
    code: 'PRUNE_UNEXPLAINED',
    seq: 5,
    log: damaged((log) => Object.assign(log.row(5), { text: undefined, columns: undefined })),
  },
  {
    name: 'a prune of fewer records',
    code: 'PRUNE_UNEXPLAINED',
    seq: 3,
    log: pruned({ count: 1, ranges: [[2, 2]] }),
  },
  {
    name: 'a prune of more records',
    code: 'PRUNE_RANGE',
    seq: 11,
    log: pruned({ count: 3, ranges: [[2, 4]] }),
  },
  {
    name: 'a prune that counts wrong',
    code: 'PRUNE_RANGE',
    seq: 11,
    log: pruned({ count: 3, ranges: [[2, 3]] }),
  },
  {
    name: 'a prune before any checkpoint',
    code: 'PRUNE_NOT_CHECKPOINTED',
    seq: 11,
    log: pruned({ count: 2, ranges: [[2, 3]] }, { signedAt: [SIZE] }),
  },
  {
    name: 'a prune ahead of itself',
    code: 'PRUNE_TOO_EARLY',
    seq: 11,
    log: pruned({ before: timeAt(60), count: 2, ranges: [[2, 3]] }),
  },
  {
    name: 'a prune of younger records',
    code: 'PRUNE_TOO_EARLY',
    seq: 11,
    log: pruned({ before: timeAt(1), count: 2, ranges: [[2, 3]] }),
  },
  {
    name: 'a prune under a hold',
    code: 'HOLD_VIOLATED',
    seq: 11,
    log: pruned({ count: 2, ranges: [[2, 3]] }, { extra: [held()] }),
  },
  {
    name: 'a prune under a hold of its range',
    code: 'HOLD_VIOLATED',
    seq: 11,
    log: pruned({ count: 2, ranges: [[2, 3]] }, { extra: [held({ ranges: [[3, 5]] })] }),
  },
];

function failing(
  method: 'readState' | 'readRows' | 'readTile' | 'readCheckpoints' | 'findEventIds' | 'readKeys',
): () => MemoryLog {
  return damaged(
    (log) => Object.assign(log, { [method]: () => Promise.reject(new Error('disk I/O error')) }),
    300,
  );
}

const UNREADABLE_CASES: readonly Case[] = [
  { name: 'the head', code: 'UNREADABLE', log: failing('readState') },
  { name: 'every row', code: 'UNREADABLE', log: failing('readRows') },
  { name: 'tiles', code: 'UNREADABLE', log: failing('readTile') },
  { name: 'checkpoints', code: 'UNREADABLE', log: failing('readCheckpoints') },
  { name: 'event ids', code: 'UNREADABLE', log: failing('findEventIds') },
  { name: 'keys', code: 'UNREADABLE', log: failing('readKeys') },
  {
    name: 'no such log',
    code: 'UNREADABLE',
    log: damaged((log) => Object.assign(log, { state: undefined })),
  },
  {
    name: 'a range beyond the log',
    code: 'UNREADABLE',
    log: () => buildLog(plainSpecs(SIZE)),
    options: { from: 20, to: 30 },
  },
  {
    name: 'an empty range',
    code: 'UNREADABLE',
    log: () => buildLog(plainSpecs(SIZE)),
    options: { from: 5, to: 5 },
  },
  {
    name: 'one row',
    code: 'UNREADABLE',
    seq: 5,
    log: damaged((log) => {
      const read = log.readRows;
      log.readRows = (from, to) =>
        from <= 5 && to > 5 ? Promise.reject(new Error('malformed')) : read(from, to);
    }),
  },
];

const ALL_CASES = [
  ...RECORD_CASES,
  ...SIGNATURE_CASES,
  ...STORE_CASES,
  ...SEAL_CASES,
  ...PRUNE_CASES,
  ...UNREADABLE_CASES,
];

describe('what a verification finds (traps 1, 2, 8 and 10)', () => {
  it.each(ALL_CASES)('$code: $name', async ({ code, seq, field, log, options }) => {
    const report = await verify(log(), options);
    expect(report.ok).toBe(false);
    const expected: Partial<Finding> = {
      code,
      ...(seq === undefined ? {} : { seq }),
      ...(field === undefined ? {} : { field }),
    };
    expect(report.findings).toContainEqual(expect.objectContaining(expected));
    expect(report.findings_total).toBeGreaterThanOrEqual(report.findings.length);
  });

  it('has a case for every code but those of time stamps, which no log has yet', () => {
    const covered = new Set(ALL_CASES.map(({ code }) => code));
    const open = Object.keys(FINDING_CODES).filter((code) => !covered.has(code as FindingCode));
    expect(open).toEqual(['TSA_INVALID', 'TSA_MISSING', 'TSA_NO_CHECKPOINT']);
  });
});

describe('what a verification accepts', () => {
  it.each([
    ['a healthy log', () => buildLog(plainSpecs(SIZE), { signedAt: [4, 8, SIZE] })],
    ['one of more than a tile', () => buildLog(plainSpecs(300), { signedAt: [7, 256, 257, 300] })],
    ['one with a lawful erasure', erased(() => undefined)],
    ['one with a lawful prune', pruned({ count: 2, ranges: [[2, 3]] })],
    [
      'one that was released from its hold',
      pruned({ count: 2, ranges: [[2, 3]] }, { extra: [held(), held({ state: 'released' })] }),
    ],
    [
      'one that changed its key',
      () =>
        buildLog([...plainSpecs(6), { type: 'key', data: { vkey: OTHER_SIGNER.vkey } }, {}, {}], {
          signedAt: [4, 7, 9],
          signers: (size) => [size > 7 ? OTHER_SIGNER : SIGNER],
        }),
    ],
  ])('%s', async (_name, log) => {
    const report = await verify(log());
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.size).toBe(report.checked.to);
    expect(report.root).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a stamp of a witness within its tolerance', async () => {
    const report = await verify(witnessed((size) => secondsAt(size + 1))(), { witnesses });
    expect(report.findings).toEqual([]);
    expect(report.head.last_outside_anchor).toBe(timeAt(SIZE + 1));
    expect(report.head.unanchored_records).toBe(0);
  });

  it('counts seals that nobody may open as sealed', async () => {
    const log = buildLog(plainSpecs(SIZE));
    for (const sub of ['sub_0', 'sub_1']) log.setKey(sub, { kind: 'locked' });
    const report = await verify(log);
    expect(report).toMatchObject({ ok: true, seals: { verified: 0, sealed: 3, erased: 0 } });
  });

  it('names the root that was signed', async () => {
    const log = buildLog(plainSpecs(SIZE));
    const report = await verify(log);
    const signed = log.checkpoints.at(-1)?.note.split('\n')[2] ?? '';
    expect(report.root).toBe(bytesToHex(new Uint8Array(Buffer.from(signed, 'base64'))));
  });
});
