import { OperationalError } from '../../errors.ts';
import type { Follower } from '../../followers/follower-runner.ts';
import type { SearchableTexts } from '../../followers/search-text.ts';
import type { TakenTexts, TextsAtHand } from '../../followers/texts-at-hand.ts';
import type { Fence } from '../../ports/lease-store.ts';
import type { LogHead, StoredRecord } from '../../ports/ledger-store.ts';
import { checkFence } from './lease-store.ts';
import type { PostgresPool, Run, Scope } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';
import { documentWords } from './search-words.ts';
import { ANY_TIME, SeqTimes, type TimeBounds } from './seq-times.ts';
import type { TenantNumbers } from './tenant-numbers.ts';
import { EVERY_DOCUMENT } from './text-sql.ts';

/** Increases with each change of the words or of the texts that are indexed; documents of another one are made anew. */
export const SEARCH_VERSION = 1;

/** Records of one transaction when their texts are at hand: about 100 ms of work. */
const AT_HAND_RECORDS = 2_000;

/** Records before the cursor among which the last event is looked for, whose document must be there. */
const LOOKED_BACK = 1_000;

/** Name of the follower among the cursors. */
const FOLLOWER = 'search';

export interface PostgresSearchOptions {
  /** A pool that writes. */
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly tenants: TenantNumbers;
  /** The lease under which this process follows; asked before each write. */
  readonly fence: () => Fence;
  /** Makes the texts of a run of records; records without a text (not events) are left out. */
  readonly textsOf: (head: LogHead, records: readonly StoredRecord[]) => Promise<readonly SearchableTexts[]>;
  /** Texts of fresh commits of this process, which need not be read. */
  readonly atHand: TextsAtHand;
}

/**
 * Fills the documents of full-text search. Each batch is one transaction with the cursor, which the holder of an older
 * lease cannot write.
 */
export class PostgresSearchIndex implements Follower {
  readonly name = FOLLOWER;
  readonly #options: PostgresSearchOptions;
  readonly #documents: string;
  readonly #records: string;
  readonly #cursors: string;
  readonly #times: SeqTimes;

  /**
   * Begins; documents of another version are removed first.
   *
   * @throws {OperationalError} `lease_lost`, and those of the connection
   */
  static async open(options: PostgresSearchOptions): Promise<PostgresSearchIndex> {
    const { pool, schema, fence } = options;
    const version = tableSql(schema, 'search_version');
    await pool.write('opening the search index', { tenantNos: '*' }, async (run) => {
      await checkFence(run, schema, fence());
      const { rows } = await run<{ version: number }>({ text: `SELECT version FROM ${version} FOR UPDATE` });
      if (rows[0]?.version === SEARCH_VERSION) return;
      // Its trigger removes the cursors too.
      await run({ text: `TRUNCATE ${tableSql(schema, 'search_documents')}` });
      const { rowCount } = await run({
        text: `UPDATE ${version} SET version = $1`,
        values: [SEARCH_VERSION],
      });
      // A restore of some tables may have left it out.
      if (rowCount === 0)
        await run({ text: `INSERT INTO ${version} (version) VALUES ($1)`, values: [SEARCH_VERSION] });
    });
    return new PostgresSearchIndex(options);
  }

  private constructor(options: PostgresSearchOptions) {
    this.#options = options;
    this.#documents = tableSql(options.schema, 'search_documents');
    this.#records = tableSql(options.schema, 'records');
    this.#cursors = tableSql(options.schema, 'cursors');
    this.#times = new SeqTimes(options.pool, options.schema);
  }

  /** Where to go on; at the start when the documents before are not there, as after a restore without them. */
  async cursor(head: LogHead): Promise<number> {
    const tenantNo = await this.#tenantNo(head);
    const { pool } = this.#options;
    const next = await pool.read('reading the search cursor', scopeOf(tenantNo), (run) =>
      this.#cursor(run, tenantNo),
    );
    if (next === 0) return 0;
    const times = await this.#timesOf(tenantNo, Math.max(0, next - LOOKED_BACK), next);
    return pool.read('reading the search cursor', scopeOf(tenantNo), async (run) => {
      const { rows } = await run<{ lost: boolean }>({
        text: `SELECT last.seq IS NOT NULL
            AND NOT EXISTS (SELECT FROM ${this.#documents} AS d WHERE d.tenant_no = $1 AND d.seq = last.seq) AS lost
          FROM (SELECT max(r.seq) AS seq FROM ${this.#records} AS r
            WHERE r.tenant_no = $1 AND r.seq < $2 AND r.seq >= $3 AND r.recorded_at BETWEEN $4 AND $5
              AND r.occurred_at IS NOT NULL) AS last`,
        values: [tenantNo, next, next - LOOKED_BACK, times.from, times.to],
      });
      return rows[0]?.lost === true ? 0 : next;
    });
  }

  async apply(head: LogHead, records: readonly StoredRecord[]): Promise<void> {
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return;
    const texts = await this.#options.textsOf(head, records);
    await this.#write(head, first.seq, { texts, next: last.seq + 1, lastHash: last.leafHash });
  }

  async applyAtHand(head: LogHead, from: number): Promise<number | undefined> {
    const taken = this.#options.atHand.take(head.tenant, from, AT_HAND_RECORDS);
    if (taken === undefined) return undefined;
    await this.#write(head, from, taken);
    return taken.next;
  }

  async #write(head: LogHead, from: number, { texts, next, lastHash }: TakenTexts): Promise<void> {
    const tenantNo = await this.#tenantNo(head);
    const { pool, schema, fence } = this.#options;
    // What is lost with its cursor is made again from the records.
    const scope: Scope = { ...scopeOf(tenantNo), isDurable: false };
    const times = await this.#timesOf(tenantNo, from, next);
    await pool.write('writing the search index', scope, async (run) => {
      await checkFence(run, schema, fence());
      await this.#prepare(run, tenantNo, from);
      await this.#assertLast(run, tenantNo, { seq: next - 1, hash: lastHash, times });
      await run({
        text: `INSERT INTO ${this.#documents} (tenant_no, seq, recorded_at, occurred_at, words)
          SELECT $1, r.seq, r.recorded_at, r.occurred_at, added.words
          FROM unnest($2::bigint[], $3::text[]) AS added (seq, words)
          JOIN ${this.#records} AS r ON r.tenant_no = $1 AND r.seq = added.seq
          WHERE r.seq >= $4 AND r.seq < $5 AND r.recorded_at BETWEEN $6 AND $7 AND r.occurred_at IS NOT NULL`,
        values: [
          tenantNo,
          texts.map(({ seq }) => seq),
          texts.map(documentWords),
          ...[from, next, times.from, times.to],
        ],
      });
      await run({
        name: 'move-cursor',
        text: `INSERT INTO ${this.#cursors} AS c (follower, tenant_no, next_seq) VALUES ($1, $2, $3)
          ON CONFLICT (follower, tenant_no) DO UPDATE SET next_seq = excluded.next_seq`,
        values: [FOLLOWER, tenantNo, next],
      });
    });
  }

  /** Before the first record of a log whatever documents it has are of no use: a lost cursor begins anew. */
  async #prepare(run: Run, tenantNo: number, firstSeq: number): Promise<void> {
    const next = await this.#cursor(run, tenantNo);
    if (firstSeq === 0) {
      await run({ text: `DELETE FROM ${this.#documents} WHERE tenant_no = $1`, values: [tenantNo] });
    } else if (next !== firstSeq) {
      throw new OperationalError(
        'search_moved',
        `the search index goes on at record ${next}, not at ${firstSeq}: somebody else wrote it`,
      );
    }
  }

  /** Texts at hand belong to records that were committed: after a failover the log may have others. */
  async #assertLast(
    run: Run,
    tenantNo: number,
    { seq, hash, times }: { readonly seq: number; readonly hash: Uint8Array; readonly times: TimeBounds },
  ): Promise<void> {
    const { rows } = await run<{ same: boolean }>({
      text: `SELECT hash = $3 AS same FROM ${this.#records}
        WHERE tenant_no = $1 AND seq = $2 AND recorded_at BETWEEN $4 AND $5`,
      values: [tenantNo, seq, hash, times.from, times.to],
    });
    if (rows[0]?.same !== true) {
      throw new OperationalError('search_moved', `record ${seq} is not the one whose text was to be indexed`);
    }
  }

  /** Statements over the records of a range open the partitions of these times only. */
  async #timesOf(tenantNo: number, from: number, to: number): Promise<TimeBounds> {
    return (await this.#times.certain(tenantNo, from, to)) ?? ANY_TIME;
  }

  async #cursor(run: Run, tenantNo: number): Promise<number> {
    const { rows } = await run<{ next_seq: number }>({
      name: 'search-cursor',
      text: `SELECT next_seq FROM ${this.#cursors} WHERE follower = $1 AND tenant_no = $2`,
      values: [FOLLOWER, tenantNo],
    });
    return rows[0]?.next_seq ?? 0;
  }

  async #tenantNo({ tenant }: LogHead): Promise<number> {
    const tenantNo = await this.#options.tenants.of(tenant);
    if (tenantNo === undefined)
      throw new OperationalError('log_absent', `the database has no log of ${tenant}`);
    return tenantNo;
  }
}

function scopeOf(tenantNo: number): Scope {
  return { tenantNos: [tenantNo], settings: { 'attestry.search': EVERY_DOCUMENT } };
}
