import {
  assembleRecord,
  assembleSeals,
  bytesToHex,
  type ColumnValues,
  type CompletedTile,
  canonicalize,
  formatCheckpoint,
  hashLeaf,
  type JsonObject,
  type KeyAccess,
  parseRecord,
  portableCrypto,
  type RecordType,
  type SealRef,
  type SourceCheckpoint,
  type SourceKey,
  type SourceRow,
  type SourceSeal,
  type SourceState,
  type StoreFinding,
  sealAdditionalData,
  sealCommitment,
  sealEnvelope,
  sealPayload,
  signNote,
  TileBuilder,
  utf8Encode,
  type VerifySource,
  ZERO_HASH_HEX,
} from '../src/index.ts';
import { logSigner, repeatedSeed, type TestSigner } from './test-signers.ts';

export const ORIGIN = 'audit.example.com/t/acme';
export const SIGNER: TestSigner = logSigner(ORIGIN, repeatedSeed(1));
const START_MS = Date.parse('2026-01-01T00:00:00.000Z');

/** One record to build; what is absent is as the log itself would write it. */
export interface RecordSpec {
  readonly type?: RecordType;
  readonly data?: JsonObject;
  readonly seals?: readonly string[];
  readonly at?: string;
  readonly log?: string;
  readonly prevHex?: string;
  readonly seq?: number;
}

/** The query columns of the test's logs: what two members of the event say. */
export function columnsOf({ type, severity }: JsonObject): ColumnValues {
  return {
    type: typeof type === 'string' ? type : null,
    severity: typeof severity === 'string' ? severity : null,
  };
}

/** A row that a test may change, as somebody with the database could. */
export type MutableRow = { -readonly [Member in keyof SourceRow]: SourceRow[Member] };

/** Time of the record at a place when nothing else is said: one per second. */
export function timeAt(seq: number): string {
  return new Date(START_MS + seq * 1_000).toISOString();
}

export function idOf(seq: number): string {
  return `0199b000-0000-7000-8000-${String(seq).padStart(12, '0')}`;
}

export function genesis(vkey: string = SIGNER.vkey): RecordSpec {
  return { type: 'genesis', data: { hash: 'sha256', nonce: '0'.repeat(32), vkey } };
}

/** A log of `size` records: genesis, then events; every third one seals data of one of three subjects. */
export function plainSpecs(size: number): RecordSpec[] {
  const events = Array.from({ length: size - 1 }, (_, index): RecordSpec => {
    const seq = index + 1;
    return seq % 3 === 0 ? { seals: [`sub_${seq % 2}`] } : {};
  });
  return [genesis(), ...events];
}

/** A whole log in memory, every part of which a test can change before it is verified. */
export class MemoryLog implements VerifySource {
  rows: MutableRow[] = [];
  checkpoints: SourceCheckpoint[] = [];
  tiles: CompletedTile[] = [];
  readonly eventIds = new Map<string, number>();
  readonly keys = new Map<string, SourceKey>();
  strays: StoreFinding[] = [];
  state: { -readonly [Member in keyof SourceState]: SourceState[Member] } | undefined;

  readState = async (): Promise<SourceState | undefined> => this.state;
  readRows = async (from: number, to: number): Promise<readonly SourceRow[]> =>
    this.rows.filter(({ seq }) => seq >= from && seq < to).sort((left, right) => left.seq - right.seq);
  readTile = async (level: number, index: number): Promise<Uint8Array | undefined> =>
    this.tiles.find((tile) => tile.level === level && tile.index === index)?.hashes;
  readCheckpoints = async (sizeFrom: number, sizeTo: number): Promise<readonly SourceCheckpoint[]> =>
    this.checkpoints.filter(({ size }) => size >= sizeFrom && size <= sizeTo);
  findEventIds = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> =>
    new Map([...this.eventIds].filter(([id]) => ids.includes(id)));
  readKeys = async (by: 'kid' | 'sub', names: readonly string[]): Promise<readonly SourceKey[]> =>
    [...this.keys.values()].filter((key) => names.includes(key[by]));
  async *readStrays(): AsyncGenerator<StoreFinding, void> {
    yield* this.strays;
  }

  /** The row at a place, to be changed. */
  row(seq: number): MutableRow {
    const found = this.rows.find((row) => row.seq === seq);
    if (found === undefined) throw new Error(`the test's log has no record ${seq}`);
    return found;
  }

  /** Changes the text of a record, and nothing else. */
  editText(seq: number, edit: (text: string) => string): void {
    const row = this.row(seq);
    row.text = edit(row.text ?? '');
  }

  setKey(sub: string, access: KeyAccess): void {
    this.keys.set(`dk_${sub}`, { kid: `dk_${sub}`, sub, access });
  }
}

export interface BuildOptions {
  /** Sizes that are signed; the last one by default. */
  readonly signedAt?: readonly number[];
  /** Who signs the checkpoint of a size. */
  readonly signers?: (size: number) => readonly TestSigner[];
}

/** Builds a log that is right in itself, whatever its records say. */
export function buildLog(specs: readonly RecordSpec[], options: BuildOptions = {}): MemoryLog {
  const log = new MemoryLog();
  const tree = new TileBuilder(portableCrypto, 0, []);
  const signedAt = options.signedAt ?? [specs.length];
  const signers = options.signers ?? (() => [SIGNER]);
  let prevHex = ZERO_HASH_HEX;
  for (const [place, spec] of specs.entries()) {
    const row = buildRow(log, place, spec, prevHex);
    const leafHash = hashLeaf(portableCrypto, utf8Encode(row.text ?? ''));
    log.rows.push({ ...row, leafHash });
    log.tiles.push(...tree.append(leafHash));
    prevHex = bytesToHex(leafHash);
    if (signedAt.includes(place + 1)) {
      const text = formatCheckpoint({ origin: spec.log ?? ORIGIN, size: place + 1, root: tree.root() });
      log.checkpoints.push({
        size: place + 1,
        note: signNote(text, signers(place + 1)),
        signedAtMs: Date.parse(timeAt(place)),
      });
    }
  }
  const last = log.rows.at(-1);
  const parsed = parseRecord(last?.text ?? '');
  log.state = {
    origin: ORIGIN,
    size: specs.length,
    frontier: tree.range().hashes(),
    lastHash: last?.leafHash ?? new Uint8Array(32),
    lastAtMs: parsed.ok ? Date.parse(parsed.record.at) : 0,
    lastSeq: specs.length - 1,
    checkpointSize: log.checkpoints.at(-1)?.size ?? 0,
    eventIds: log.eventIds.size,
  };
  return log;
}

function buildRow(log: MemoryLog, place: number, spec: RecordSpec, prevHex: string): SourceRow {
  const type = spec.type ?? 'event';
  const id = idOf(place);
  const event = {
    category: 'data',
    id,
    occurred_at: timeAt(place),
    severity: 'info',
    tenant_id: 'acme',
    type: 'document.viewed',
  };
  const data = spec.data ?? event;
  const origin = spec.log ?? ORIGIN;
  const sealed = (spec.seals ?? []).map((sub, index) => buildSeal(log, { origin, seq: place, index, sub }));
  const text = assembleRecord({
    at: spec.at ?? timeAt(place),
    dataJson: canonicalize(data),
    log: origin,
    prevHex: spec.prevHex ?? prevHex,
    sealsJson: assembleSeals(sealed.map(({ ref }) => ref)),
    seq: spec.seq ?? place,
    type,
  });
  if (type === 'event' && typeof data.id === 'string' && !log.eventIds.has(data.id)) {
    log.eventIds.set(data.id, place);
  }
  const columns = type === 'event' ? columnsOf(data) : undefined;
  return { seq: place, text, leafHash: undefined, columns, seals: sealed.map(({ seal }) => seal) };
}

function buildSeal(
  log: MemoryLog,
  at: { readonly origin: string; readonly seq: number; readonly index: number; readonly sub: string },
): { readonly ref: SealRef; readonly seal: SourceSeal } {
  const { origin, seq, index, sub } = at;
  const kid = `dk_${sub}`;
  const key = portableCrypto.importAesKey(digest(`dek ${sub}`));
  log.setKey(sub, { kind: 'key', key });
  const payload = sealPayload({ '/actor/id': sub, '/actor/name': `Name ${seq}` });
  const r = digest(`r ${seq} ${index}`);
  const cm = bytesToHex(sealCommitment(portableCrypto, r, payload));
  const additionalData = sealAdditionalData({ origin, seq, index, sub, kid, cmHex: cm });
  const nonce = digest(`nonce ${seq} ${index}`).slice(0, 12);
  const envelope = sealEnvelope(portableCrypto, { key, nonce, r, payload, additionalData });
  return { ref: { cm, sub }, seal: { index, sub, kid, envelope } };
}

/** Seals again what an envelope of the test held, under its key and at its place, with another content. */
export function resealed(seq: number, sub: string, cmHex: string): SourceSeal {
  const kid = `dk_${sub}`;
  const additionalData = sealAdditionalData({ origin: ORIGIN, seq, index: 0, sub, kid, cmHex });
  const key = portableCrypto.importAesKey(digest(`dek ${sub}`));
  const envelope = sealEnvelope(portableCrypto, {
    key,
    nonce: digest('another nonce').slice(0, 12),
    r: digest('another r'),
    payload: sealPayload({ '/actor/id': 'somebody else' }),
    additionalData,
  });
  return { index: 0, sub, kid, envelope };
}

function digest(text: string): Uint8Array {
  return portableCrypto.sha256(utf8Encode(text));
}
