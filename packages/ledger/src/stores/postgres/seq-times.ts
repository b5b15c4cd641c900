import { RecentCache } from '../../keys/recent-cache.ts';
import { MARKS_KNOWN_MS, TIME_MARKS_CACHED_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { quoteLiteral, tableSql } from './schema-names.ts';
import { msSql, timeText } from './stored-time.ts';

/** Records are dated by the clock of the database, which nobody sets back by more than this. */
const AHEAD_MS = 3_600_000;

const WEEK_MS = 7 * 86_400_000;
/** Weeks begin on Mondays, as those of PostgreSQL: 1970-01-05. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

/** Marks of one log in the order of their numbers; the record before `seqs[i]` was recorded at `times[i]`. */
interface Marks {
  readonly seqs: Float64Array;
  readonly times: Float64Array;
  /** When they were loaded, by `performance.now()`, and the latest time that any record had then. */
  readonly loadedAt: number;
  readonly latestMs: number;
  /** Time of the last record then; `undefined` before the first. */
  readonly lastMs: number | undefined;
}

/** Between which times a range of numbers should have been recorded, both included, as texts of SQL. */
export interface TimeBounds {
  readonly from: string;
  readonly to: string;
}

export const ANY_TIME: TimeBounds = { from: '-infinity', to: 'infinity' };

/**
 * Knows when the records of a log were recorded, by the marks of its weeks, so that a read by number opens the partitions
 * of its time and no others: a statement locks each partition that it may have to open, with all of its indexes, and
 * PostgreSQL has room for some thousand locks. Marks are never changed and new ones only follow, so what is in memory stays
 * true. They are a hint all the same: records that came in one append may be of several weeks. `certain` looks.
 */
export class SeqTimes {
  readonly #pool: PostgresPool;
  readonly #marks: string;
  readonly #lastAt: string;
  readonly #records: string;
  /** The least recently loaded log first. */
  readonly #known = new Map<number, Promise<Marks>>();
  readonly #firsts = new RecentCache<number, number>(TIME_MARKS_CACHED_MAX);

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#marks = tableSql(schema, 'time_marks');
    this.#records = tableSql(schema, 'records');
    this.#lastAt = `SELECT last_at FROM ${tableSql(schema, 'heads')} WHERE tenant_no = $1`;
  }

  /** @param to one past the last number */
  async within(tenantNo: number, from: number, to: number): Promise<TimeBounds> {
    const { seqs, times, loadedAt, latestMs, lastMs } = await this.#marksOf(tenantNo, to);
    const next = firstNotBelow(seqs, to);
    const before = firstNotBelow(seqs, from + 1) - 1;
    const latest = latestMs + performance.now() - loadedAt + AHEAD_MS;
    // What lies before the first mark is of the week that it ends; without one all is of the week of the last record.
    const first = times[0] ?? lastMs;
    const beginning = first === undefined ? ANY_TIME.from : timeText(weekOf(first));
    return {
      from: before < 0 ? beginning : timeText(times[before] as number),
      to: timeText(next === seqs.length ? latest : (times[next] as number)),
    };
  }

  /**
   * The times of the first and the last record of a range, which all others lie between.
   *
   * @param to one past the last number
   * @returns `undefined` when one of the two is not there
   */
  async certain(tenantNo: number, from: number, to: number): Promise<TimeBounds | undefined> {
    const [first, last] = await this.#timesOf(tenantNo, [from, to - 1]);
    if (first === undefined || last === undefined) return undefined;
    return { from: timeText(first), to: timeText(last) };
  }

  /** When the first record of a log was recorded; `undefined` when it is not there. */
  async firstMs(tenantNo: number): Promise<number | undefined> {
    const known = this.#firsts.get(tenantNo);
    if (known !== undefined) return known;
    const [first] = await this.#timesOf(tenantNo, [0]);
    if (first !== undefined) this.#firsts.set(tenantNo, first);
    return first;
  }

  async #timesOf(tenantNo: number, seqs: readonly number[]): Promise<readonly (number | undefined)[]> {
    const found = new Map<number, number>();
    const look = async ({ from, to }: TimeBounds): Promise<boolean> => {
      const { rows } = await this.#pool.read('reading times of records', { tenantNos: [tenantNo] }, (run) =>
        run<{ seq: number; at_ms: number }>({
          text: `SELECT seq, ${msSql('recorded_at')} AS at_ms FROM ${this.#records}
            WHERE tenant_no = $1 AND seq = ANY ($2) AND recorded_at >= $3 AND recorded_at <= $4`,
          values: [tenantNo, seqs, from, to],
        }),
      );
      for (const { seq, at_ms } of rows) found.set(seq, at_ms);
      return seqs.every((seq) => found.has(seq));
    };
    const [first = 0, last = first] = seqs;
    if (!(await look(await this.within(tenantNo, first, last + 1)))) {
      for (const month of await this.#months()) if (await look(month)) break;
    }
    return seqs.map((seq) => found.get(seq));
  }

  /** The time of each partition, the earliest first. */
  async #months(): Promise<readonly TimeBounds[]> {
    const { rows } = await this.#pool.read('reading partitions', {}, (run) =>
      run<{ month: string }>({
        text: `SELECT right(c.relname, 7) AS month FROM pg_catalog.pg_inherits AS i
          JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
          WHERE i.inhparent = ${quoteLiteral(this.#records)}::regclass ORDER BY 1`,
      }),
    );
    // Chunks of TimescaleDB are no partitions.
    if (rows.length === 0) return [ANY_TIME];
    return rows.map(({ month }) => {
      const [year = 0, number = 0] = month.split('_').map(Number);
      return { from: timeText(Date.UTC(year, number - 1)), to: timeText(Date.UTC(year, number) - 1) };
    });
  }

  async #marksOf(tenantNo: number, to: number): Promise<Marks> {
    const known = await this.#known.get(tenantNo)?.catch(() => undefined);
    // What lies before the last mark is settled for ever; what lies behind it may have got one since.
    const isSettled = (marks: Marks): boolean =>
      to <= (marks.seqs.at(-1) ?? 0) ||
      (marks.lastMs !== undefined && performance.now() - marks.loadedAt < MARKS_KNOWN_MS);
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
      run<{ seq: number | null; at_ms: number; last_ms: number | null }>({
        name: 'time-marks',
        text: `SELECT seq, ${msSql('last_at')} AS at_ms, NULL::float8 AS last_ms FROM ${this.#marks} WHERE tenant_no = $1
          UNION ALL SELECT NULL, ${msSql(`greatest(clock_timestamp(), (${this.#lastAt}))`)}, ${msSql(`(${this.#lastAt})`)}
          ORDER BY seq NULLS FIRST`,
        values: [tenantNo],
      }),
    );
    const [latest, ...marks] = rows;
    return {
      seqs: Float64Array.from(marks, ({ seq }) => seq as number),
      times: Float64Array.from(marks, ({ at_ms }) => at_ms),
      loadedAt,
      latestMs: latest?.at_ms ?? 0,
      lastMs: latest?.last_ms ?? undefined,
    };
  }
}

/** Start of the week of a time (UTC). */
function weekOf(ms: number): number {
  return FIRST_MONDAY_MS + Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS;
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
