import { quoteIdentifier, quoteLiteral } from './schema-names.ts';

/** Runs a statement and gives its rows as arrays. */
type Rows = (sql: string, values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>;

/** One index; of a partitioned table the one that all partitions have a part of. */
interface Index {
  readonly name: string;
  /** Qualified and quoted. */
  readonly table: string;
  /** Which rows it has, as SQL. */
  readonly predicate: string;
  /** Its columns in their order, as SQL. */
  readonly columns: string;
  /** Its own name and those of its parts. */
  readonly parts: ReadonlySet<string>;
  /** Of words, which has no order. */
  readonly isInverted: boolean;
}

const BY_TABLE = `SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;
  SET LOCAL enable_bitmapscan = off`;
/** In the order of its columns, without sorting, a row can only come out of the index. */
const BY_ORDER = `SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on;
  SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off`;
const BY_WORDS = `SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;
  SET LOCAL enable_bitmapscan = on`;
const AS_BEFORE = `SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on;
  SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_incremental_sort = on`;

const INDEXES = `SELECT i.relname, t.relname, coalesce(pg_get_expr(x.indpred, x.indrelid), 'true'),
    (SELECT string_agg(pg_get_indexdef(x.indexrelid, k, true), ', ' ORDER BY k) FROM generate_series(1, x.indnkeyatts) AS k),
    (SELECT array_agg(p.relname::text) FROM pg_partition_tree(x.indexrelid) AS tree JOIN pg_class AS p ON p.oid = tree.relid),
    a.amname = 'gin'
  FROM pg_index AS x
  JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_am AS a ON a.oid = i.relam
  WHERE i.relnamespace = $1::regnamespace AND a.amname IN ('btree', 'gin') AND NOT i.relispartition
    AND t.relname <> 'record_chunks' -- a hypertable, whose chunks are elsewhere
  ORDER BY i.relname`;

interface Plan {
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** Indexes that lack rows, in sentences, and the names of those that could not be read by themselves. */
export interface IndexReport {
  readonly damages: readonly string[];
  readonly unread: readonly string[];
}

/**
 * Counts the rows of every table and the entries of its indexes: a row that an index lacks is not found by those who ask
 * by it, and an id could be given twice. Runs in the caller's snapshot, with the schema in its search path, as somebody to
 * whom all rows are shown.
 *
 * Behind row-level security the index of words is not read for all documents, as the tenants are found by another one.
 *
 * @param everyDocument what is asked of the index of words to find every document
 */
export async function indexDamage(rows: Rows, schema: string, everyDocument: string): Promise<IndexReport> {
  const damages: string[] = [];
  const unread: string[] = [];
  const indexes = await readIndexes(rows, schema);
  for (const table of new Set(indexes.map((index) => index.table))) {
    const ours = indexes.filter((index) => index.table === table);
    await rows(BY_TABLE, []);
    const filters = ours.map(({ predicate }) => `count(*) FILTER (WHERE ${predicate})`);
    const [wanted = []] = await rows(`SELECT ${filters.join(', ')} FROM ${table}`, []);
    for (const [at, index] of ours.entries()) {
      const { predicate, columns, isInverted } = index;
      await rows(isInverted ? BY_WORDS : BY_ORDER, []);
      const asked = isInverted ? `${columns} @@ ${quoteLiteral(everyDocument)}::tsquery` : predicate;
      const order = isInverted ? '' : `ORDER BY ${columns} OFFSET 0`;
      const statement = `SELECT count(*) FROM (SELECT FROM ${table} WHERE ${asked} ${order}) AS r`;
      const missing = await missingEntries(rows, index, { statement, wanted: Number(wanted[at]) });
      if (missing === undefined) unread.push(index.name);
      else if (missing !== '') damages.push(missing);
    }
  }
  await rows(AS_BEFORE, []);
  return { damages, unread };
}

async function readIndexes(rows: Rows, schema: string): Promise<readonly Index[]> {
  return (await rows(INDEXES, [quoteIdentifier(schema)])).map(
    ([name, table, predicate, columns, parts, isInverted]): Index => ({
      name: String(name),
      table: `${quoteIdentifier(schema)}.${quoteIdentifier(String(table))}`,
      predicate: String(predicate),
      columns: String(columns),
      parts: new Set((parts as readonly string[] | null) ?? [String(name)]),
      isInverted: isInverted === true,
    }),
  );
}

/** @returns what is wrong, an empty text when nothing is, `undefined` when the planner does not read this index alone */
async function missingEntries(
  rows: Rows,
  { name, parts }: Index,
  { statement, wanted }: { readonly statement: string; readonly wanted: number },
): Promise<string | undefined> {
  const [plan] = await rows(`EXPLAIN (FORMAT JSON, COSTS OFF) ${statement}`, []);
  const [explained] = (plan?.[0] ?? []) as readonly { readonly Plan: Plan }[];
  const used = indexesOf(explained?.Plan);
  // An empty table may be planned without any index.
  if (wanted > 0 && (used.length === 0 || used.some((one) => !parts.has(one)))) return undefined;
  const [counted] = await rows(statement, []);
  const found = Number(counted?.[0]);
  if (found === wanted) return '';
  return `the index ${name} has ${found} entries for ${wanted} rows of its table: what it lacks is not found; REINDEX it`;
}

function indexesOf(plan: Plan | undefined): readonly string[] {
  if (plan === undefined) return [];
  const name = plan['Index Name'];
  return [...(name === undefined ? [] : [name]), ...(plan.Plans ?? []).flatMap(indexesOf)];
}
