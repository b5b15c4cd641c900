import { MARKS_KNOWN_MS, TIME_MARKS_CACHED_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';
import { msSql, timeText } from './stored-time.ts';

/** Records are dated by the clock of the database, which nobody sets back by more than this. */
const AHEAD_MS = 3_600_000;

/** Marks of one log in the order of their numbers; the record before `seqs[i]` was recorded at `times[i]`. */
interface Marks {
  readonly seqs: Float64Array;
  readonly times: Float64Array;
  /** When they were loaded, by `performance.now()`, and the latest time that any record had then. */
  readonly loadedAt: number;
  readonly latestMs: number;
}

/** Between which times a range of numbers should have been recorded, both included, as texts of SQL. */
export interface TimeBounds {
  readonly from: string;
  readonly to: string;
}

export const ANY_TIME: TimeBounds = { from: '-infinity', to: 'infinity' };

/**
 * Knows when the records of a log were recorded, by the marks of its weeks, so that a read by number opens the partitions
 * of its time and no others, also none of those made ahead. Marks are never changed and new ones only follow, so what is in
 * memory stays true. It is a hint all the same: who does not find all records of a range there looks everywhere.
 */
export class SeqTimes {
  readonly #pool: PostgresPool;
  readonly #marks: string;
  readonly #lastAt: string;
  /** The least recently loaded log first. */
  readonly #known = new Map<number, Promise<Marks>>();

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#marks = tableSql(schema, 'time_marks');
    this.#lastAt = `SELECT last_at FROM ${tableSql(schema, 'heads')} WHERE tenant_no = $1`;
  }

  /** @param to one past the last number */
  async within(tenantNo: number, from: number, to: number): Promise<TimeBounds> {
    const { seqs, times, loadedAt, latestMs } = await this.#marksOf(tenantNo, to);
    const next = firstNotBelow(seqs, to);
    const before = firstNotBelow(seqs, from + 1) - 1;
    const latest = latestMs + performance.now() - loadedAt + AHEAD_MS;
    return {
      from: before < 0 ? ANY_TIME.from : timeText(times[before] as number),
      to: timeText(next === seqs.length ? latest : (times[next] as number)),
    };
  }

  async #marksOf(tenantNo: number, to: number): Promise<Marks> {
    const known = await this.#known.get(tenantNo)?.catch(() => undefined);
    // What lies before the last mark is settled for ever; what lies behind it may have got one since.
    const isSettled = (marks: Marks): boolean =>
      to <= (marks.seqs.at(-1) ?? 0) || performance.now() - marks.loadedAt < MARKS_KNOWN_MS;
    if (known !== undefined && isSettled(known)) return known;
    this.#known.delete(tenantNo);
    const loading = this.#load(tenantNo);
    this.#known.set(tenantNo, loading);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= TIME_MARKS_CACHED_MAX) break;
      this.#known.delete(oldest);
    }
    return loading;
  }

  async #load(tenantNo: number): Promise<Marks> {
    const loadedAt = performance.now();
    const { rows } = await this.#pool.read('reading the times of a log', { tenantNos: [tenantNo] }, (run) =>
      run<{ seq: number | null; at_ms: number }>({
        name: 'time-marks',
        text: `SELECT seq, ${msSql('last_at')} AS at_ms FROM ${this.#marks} WHERE tenant_no = $1
          UNION ALL SELECT NULL, ${msSql(`greatest(clock_timestamp(), (${this.#lastAt}))`)} ORDER BY seq NULLS FIRST`,
        values: [tenantNo],
      }),
    );
    const [latest, ...marks] = rows;
    return {
      seqs: Float64Array.from(marks, ({ seq }) => seq as number),
      times: Float64Array.from(marks, ({ at_ms }) => at_ms),
      loadedAt,
      latestMs: latest?.at_ms ?? 0,
    };
  }
}

/** The place of the first number that is at least `least`; the length when there is none. */
function firstNotBelow(seqs: Float64Array, least: number): number {
  let low = 0;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((seqs[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
