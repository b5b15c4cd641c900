import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64ToBytes,
  type Finding,
  hexToBytes,
  isFinding,
  type Notice,
  type Progress,
  portableCrypto,
  type VerificationReport,
  type VerifyOptions,
  type VerifySource,
  verifyLog,
} from '../src/index.ts';
import { FINDINGS_LISTED_MAX, VERIFY_KEYS_CACHED_MAX } from '../src/limits.ts';
import { SealOpening } from '../src/verify/seal-opening.ts';
import { buildLog, MemoryLog, ORIGIN, plainSpecs, timeAt } from './memory-log.ts';
import { hasSharedVectors, readJsonVectors, sharedSuite } from './shared-vectors.ts';

interface Run {
  readonly report: VerificationReport;
  readonly items: readonly (Finding | Notice | Progress)[];
}

async function run(source: VerifySource, options: Partial<VerifyOptions> = {}): Promise<Run> {
  const items: (Finding | Notice | Progress)[] = [];
  const now = (): number => Date.parse(timeAt(100_000));
  const steps = verifyLog(source, { crypto: portableCrypto, now, origin: ORIGIN, ...options });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return { report: step.value, items };
    items.push(step.value);
  }
}

describe('a range of a log', () => {
  const log = buildLog(plainSpecs(700), { signedAt: [100, 256, 400, 700] });

  it.each([
    [0, 1],
    [1, 2],
    [255, 257],
    [256, 512],
    [300, 301],
    [399, 401],
    [511, 700],
    [699, 700],
  ])('from %i to %i is proven by the checkpoint that covers it', async (from, to) => {
    const { report } = await run(log, { from, to });
    expect(report.findings).toEqual([]);
    expect(report.checked).toMatchObject({ records: to - from, from, to });
    expect(report.head.checkpoint_size).toBeGreaterThanOrEqual(to);
  });

  it.each([10, 300, 390])('finds that record %i was changed together with its leaf hash', async (seq) => {
    const changed = buildLog(plainSpecs(700), { signedAt: [100, 256, 400, 700] });
    const other = buildLog(plainSpecs(700).map((spec, at) => (at === seq ? { at: timeAt(seq + 1) } : spec)));
    Object.assign(changed.row(seq), { text: other.row(seq).text, leafHash: other.row(seq).leafHash });
    const { report } = await run(changed, { from: seq, to: seq + 1 });
    expect(report.findings.map(({ code }) => code)).toContain('ROOT_MISMATCH');
  });

  it('finds a changed tile that a later range stands on', async () => {
    const changed = buildLog(plainSpecs(700), { signedAt: [400, 700] });
    changed.tiles[0]?.hashes.fill(1, 0, 32);
    const { report } = await run(changed, { from: 600 });
    expect(report.findings.map(({ code }) => code)).toContain('ROOT_MISMATCH');
  });

  it('reads only what it needs', async () => {
    const long = buildLog(plainSpecs(700), { signedAt: [100, 256, 400, 700] });
    let read = 0;
    const readRows = long.readRows;
    long.readRows = async (from, to) => {
      const rows = await readRows(from, to);
      read += rows.length;
      return rows;
    };
    await run(long, { from: 256, to: 260 });
    expect(read).toBeLessThan(700 - 256 + 2);
  });
});

describe('a verification', () => {
  it('goes beyond the newest 10,000 records (trap 13)', { timeout: 60_000 }, async () => {
    const log = new MemoryLog();
    const size = 10_600;
    const built = buildLog(plainSpecs(size));
    Object.assign(log, built);
    log.readRows = async (from, to) => built.rows.slice(from, to);
    built.editText(3, (text) => text.replace('viewed', 'edited'));
    log.findEventIds = async (ids) => new Map(ids.map((id) => [id, built.eventIds.get(id) ?? -1]));
    const { report } = await run(log, { depth: 'records' });
    expect(report.checked.records).toBe(size);
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'LEAF_MISMATCH', seq: 3 }));
  });

  it('lists at most 1,000 findings and counts all', async () => {
    const log = buildLog(plainSpecs(1_200));
    for (const row of log.rows) row.leafHash = new Uint8Array(32);
    const { report, items } = await run(log, { depth: 'records' });
    expect(report.findings).toHaveLength(FINDINGS_LISTED_MAX);
    expect(report.findings_total).toBeGreaterThanOrEqual(1_200);
    expect(items.filter(isFinding)).toHaveLength(report.findings_total);
  });

  it('tells how far it is', async () => {
    const { items } = await run(buildLog(plainSpecs(700)));
    const progress = items.filter((item): item is Progress => !isFinding(item) && item.kind === 'progress');
    expect(progress.at(-1)).toEqual({ kind: 'progress', done: 700, total: 700 });
  });

  it('notices a fresh unsigned tail without failing', async () => {
    const log = buildLog(plainSpecs(12), { signedAt: [8] });
    const { report, items } = await run(log, { now: () => Date.parse(timeAt(9)) });
    expect(report).toMatchObject({ ok: true, findings_total: 0, head: { checkpoint_size: 8 } });
    expect(items).toContainEqual({
      kind: 'notice',
      finding: expect.objectContaining({ code: 'UNCHECKPOINTED_TAIL', seq: 8 }),
    });
    expect(report.notices).toMatchObject([{ code: 'UNCHECKPOINTED_TAIL', seq: 8 }]);
  });

  it('never passes a log of which nothing could be read (trap 1)', async () => {
    const broken = (): Promise<never> => Promise.reject(new Error('file is not a database'));
    const { report } = await run(Object.assign(buildLog(plainSpecs(12)), { readRows: broken }));
    expect(report.ok).toBe(false);
    expect(report.checked.records).toBe(0);
    expect(report.findings.map(({ code }) => code)).toContain('UNREADABLE');
  });

  it('compares with the memory of the configured origin, not of the one the log claims', async () => {
    const log = buildLog(plainSpecs(12));
    Object.assign(log.state ?? {}, { origin: 'audit.example.com/t/other' });
    const { report } = await run(log, { lastSeen: { size: 20, root: new Uint8Array(32) } });
    expect(report.origin).toBe(ORIGIN);
    expect(report.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['ORIGIN', 'ROLLBACK']));
  });

  it('finds any single changed byte of a record', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 11 }),
        fc.nat(),
        fc.integer({ min: 1, max: 127 }),
        async (seq, place, mask) => {
          const log = buildLog(plainSpecs(12), { signedAt: [5, 12] });
          log.editText(seq, (text) => {
            const at = place % text.length;
            const flipped = String.fromCharCode(text.charCodeAt(at) ^ mask);
            return text.slice(0, at) + flipped + text.slice(at + 1);
          });
          const { report } = await run(log);
          const named = report.findings.some(
            (finding) => finding.code === 'LEAF_MISMATCH' && finding.seq === seq,
          );
          return !report.ok && named;
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds any single changed byte of a leaf hash, an envelope or a checkpoint', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('leaf', 'envelope', 'note'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (what, place, mask) => {
          const log = buildLog(plainSpecs(12), { signedAt: [12] });
          const flip = (bytes: Uint8Array): void => {
            const at = place % bytes.length;
            bytes[at] = (bytes[at] ?? 0) ^ mask;
          };
          if (what === 'leaf') flip(log.row(place % 12).leafHash ?? new Uint8Array(1));
          else if (what === 'envelope') flip(log.row(3).seals[0]?.envelope ?? new Uint8Array(1));
          else {
            const [checkpoint] = log.checkpoints;
            if (checkpoint === undefined) return false;
            const at = place % checkpoint.note.length;
            const other = String.fromCharCode(checkpoint.note.charCodeAt(at) ^ mask);
            const note = checkpoint.note.slice(0, at) + other + checkpoint.note.slice(at + 1);
            log.checkpoints = [{ ...checkpoint, note }];
          }
          return !(await run(log)).report.ok;
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the cache of data keys', () => {
  it('reads the keys of a chunk again when it was emptied for it', async () => {
    const asked: string[][] = [];
    const check = new SealOpening(portableCrypto, async (_by, names) => {
      asked.push([...names]);
      return [];
    });
    const rowOf = (kid: string): Parameters<SealOpening['prepare']>[0][number] => ({
      seq: 1,
      text: undefined,
      leafHash: undefined,
      columns: undefined,
      seals: [{ index: 0, sub: 's', kid, envelope: new Uint8Array(1) }],
    });
    await check.prepare(Array.from({ length: VERIFY_KEYS_CACHED_MAX }, (_, at) => rowOf(`k${at}`)));
    await check.prepare([rowOf('k0'), rowOf('new')]);
    expect(asked.at(-1)).toEqual(['k0', 'new']);
  });

  it('asks the source for at most 1,024 keys at once', async () => {
    const log = buildLog([
      ...plainSpecs(1),
      ...Array.from({ length: 300 }, (_, at) => ({ seals: [0, 1, 2, 3].map((index) => `s${at}_${index}`) })),
    ]);
    let most = 0;
    const readKeys = log.readKeys;
    log.readKeys = async (by, names) => {
      most = Math.max(most, names.length);
      return readKeys(by, names);
    };
    const { report } = await run(log);
    expect(report).toMatchObject({ ok: true, seals: { verified: 1_200 } });
    expect(most).toBeLessThanOrEqual(1_024);
  });
});

interface GoldenLog {
  readonly origin: string;
  readonly logVkey: string;
  readonly witnessVkeys: readonly string[];
  readonly leafHashesHex: readonly string[];
  readonly lastRootHex: string;
  readonly records: readonly string[];
  readonly seals: readonly { seq: number; i: number; sub: string; kid: string; ct: string }[];
  readonly deks: Readonly<Record<string, string>>;
  readonly checkpoints: readonly string[];
}

describe.runIf(hasSharedVectors)(sharedSuite('the published golden log'), () => {
  it('verifies with its seals, its erasure and its witnesses', async () => {
    const golden = readJsonVectors<GoldenLog>('golden-log.json');
    const { report } = await run(goldenSource(golden), {
      origin: golden.origin,
      vkey: golden.logVkey,
      witnesses: { vkeys: golden.witnessVkeys, quorum: 2 },
    });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      size: 18,
      root: golden.lastRootHex,
      checked: { records: 18, checkpoints: 3, seals: 16 },
      seals: { verified: 12, sealed: 0, erased: 4 },
      head: { checkpoint_size: 18, unanchored_records: 0 },
    });
  });
});

function goldenSource(golden: GoldenLog): MemoryLog {
  const log = new MemoryLog();
  log.rows = golden.records.map((text, seq) => ({
    seq,
    text,
    leafHash: hexToBytes(golden.leafHashesHex[seq] ?? ''),
    columns: undefined,
    seals: golden.seals
      .filter((seal) => seal.seq === seq)
      .map(({ i, sub, kid, ct }) => ({
        index: i,
        sub,
        kid,
        envelope: base64ToBytes(ct) ?? new Uint8Array(0),
      })),
  }));
  for (const [seq, text] of golden.records.entries()) {
    const id = (JSON.parse(text) as { readonly data: { readonly id?: string } }).data.id;
    if (id !== undefined) log.eventIds.set(id, seq);
  }
  for (const { kid, sub } of golden.seals) {
    const key = portableCrypto.importAesKey(hexToBytes(golden.deks[kid] ?? ''));
    log.keys.set(kid, { kid, sub, access: { kind: 'key', key } });
  }
  const timeOf = (text = '{}'): number => Date.parse((JSON.parse(text) as { readonly at: string }).at);
  log.checkpoints = golden.checkpoints.map((note) => ({
    size: Number(note.split('\n')[1]),
    note,
    signedAtMs: timeOf(golden.records[Number(note.split('\n')[1]) - 1]),
  }));
  log.state = {
    origin: golden.origin,
    size: 18,
    lastSeq: 17,
    checkpointSize: 18,
    eventIds: log.eventIds.size,
  };
  return log;
}
