import type { Buffer } from 'node:buffer';
import type { AppendRecord, LogAppend } from '../../ports/ledger-store.ts';
import { RowArrayWriter, TYPE_OID } from './row-array-writer.ts';

/** Object ids of our row types in this database. */
export interface RowTypes {
  readonly head_move: number;
  readonly records: number;
  readonly event_ids: number;
  readonly tiles: number;
}

/** One log of an append with the numbers that stand for its names in the database. */
export interface NumberedAppend {
  readonly append: LogAppend;
  readonly tenantNo: number;
  /** Numbers of the data keys of its seals, by `kid`. */
  readonly keyNos: ReadonlyMap<string, number>;
}

const HEAD_MOVE_COLUMNS = 8;
const RECORD_COLUMNS = 29;
const EVENT_ID_COLUMNS = 3;
const TILE_COLUMNS = 4;

/** What a row takes beside its text and seals, and a seal beside its envelope. */
const ROW_BYTES = 640;
const SEAL_BYTES = 40;

function concat(hashes: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(hashes.length * 32);
  for (const [i, hash] of hashes.entries()) whole.set(hash, i * 32);
  return whole;
}

/** The parameters of the function `append`, each an array of rows with the columns in the order of its table. */
export function encodeAppend(logs: readonly NumberedAppend[], types: RowTypes): Buffer[] {
  const moves = new RowArrayWriter(types.head_move, HEAD_MOVE_COLUMNS);
  const records = new RowArrayWriter(types.records, RECORD_COLUMNS, bytesOf(logs));
  const ids = new RowArrayWriter(types.event_ids, EVENT_ID_COLUMNS);
  const tiles = new RowArrayWriter(types.tiles, TILE_COLUMNS);
  for (const log of logs) {
    const { append, tenantNo } = log;
    writeMove(moves, append, tenantNo);
    for (const [i, record] of append.records.entries()) {
      const seq = append.before.size + i;
      writeRecord(records, record, seq, log);
      if (record.id === undefined) continue;
      ids.beginRow();
      ids.int8(seq);
      ids.uuid(record.id);
      ids.int4(tenantNo);
      ids.endRow();
    }
    for (const { level, index, hashes } of append.tiles) {
      // Tiles of level 0 are the hashes of the records.
      if (level === 0) continue;
      tiles.beginRow();
      tiles.int8(index);
      tiles.int4(tenantNo);
      tiles.int2(level);
      tiles.bytes(hashes);
      tiles.endRow();
    }
  }
  return [moves, records, ids, tiles].map((writer) => writer.finish());
}

/** About what the rows of all records take: texts are nearly always one byte per character. */
function bytesOf(logs: readonly NumberedAppend[]): number {
  let [bytes, longest] = [0, 0];
  for (const { append } of logs) {
    for (const { text, seals } of append.records) {
      bytes += text.length + ROW_BYTES;
      longest = Math.max(longest, text.length);
      for (const { envelope } of seals) bytes += envelope.length + SEAL_BYTES;
    }
  }
  // Before a text is written there has to be room for the longest it can become.
  return bytes + 3 * longest + ROW_BYTES;
}

function writeMove(moves: RowArrayWriter, { before, after }: LogAppend, tenantNo: number): void {
  moves.beginRow();
  moves.int4(tenantNo);
  moves.int8(before.size);
  moves.bytes(before.lastHash);
  moves.int8(after.size);
  moves.time(after.lastAtMs);
  moves.word(after.origin);
  moves.bytes(concat(after.frontier));
  moves.bytes(after.lastHash);
  moves.endRow();
}

function writeRecord(rows: RowArrayWriter, record: AppendRecord, seq: number, log: NumberedAppend): void {
  const { columns, seals } = record;
  rows.beginRow();
  rows.int8(seq);
  rows.time(record.atMs);
  if (columns === undefined) rows.nothing(TYPE_OID.timestamptz);
  else rows.time(columns.occurredAtMs);
  rows.bigint(columns?.actor ?? null);
  rows.bigint(columns?.actorEmail ?? null);
  rows.bigint(columns?.ip ?? null);
  rows.bigint(columns?.ipNet ?? null);
  rows.bigint(columns?.ipWide ?? null);
  rows.bigint(columns?.session ?? null);
  rows.bigint(columns?.target ?? null);
  rows.bigint(columns?.requestId ?? null);
  rows.bigint(columns?.correlationId ?? null);
  rows.bigint(columns?.parentId ?? null);
  rows.bigint(columns?.executionId ?? null);
  rows.int4(log.tenantNo);
  rows.int2(columns?.httpStatus ?? null);
  rows.word(columns?.type ?? null);
  rows.word(columns?.category ?? null);
  rows.word(columns?.severity ?? null);
  rows.word(columns?.status ?? null);
  rows.word(columns?.verb ?? null);
  rows.word(columns?.project ?? null);
  rows.word(columns?.actorType ?? null);
  rows.word(columns?.targetType ?? null);
  rows.word(columns?.trafficLight ?? null);
  rows.bytes(record.leafHash);
  rows.utf8(record.text);
  if (seals.length === 0) {
    rows.nothing(TYPE_OID.int4Array);
    rows.nothing(TYPE_OID.byteaArray);
  } else {
    rows.int4Array(seals.map(({ kid }) => log.keyNos.get(kid) as number));
    rows.byteaArray(seals.map(({ envelope }) => envelope));
  }
  rows.endRow();
}
