import { readFile } from 'node:fs/promises';
import { quoteIdentifier } from './schema-names.ts';

/** Runs a statement and gives its rows as arrays. */
type Rows = (sql: string, values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>;

/** Relations of a schema, and the partitions of its records in whatever schema they lie. */
const OURS = `(SELECT oid FROM pg_class WHERE relnamespace = $1::regnamespace
  UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('records'))`;

/** Everything in a schema that can change what is stored, hidden or found; one line for each, without the schema's name. */
const STATEMENTS = [
  `SELECT 'table ' || c.relname || ' ' || c.relkind::text || ' persistence ' || c.relpersistence::text
     || ' rls ' || c.relrowsecurity || ' forced ' || c.relforcerowsecurity
     || CASE WHEN c.relnamespace = $1::regnamespace THEN '' ELSE ' in another schema' END
   FROM pg_class AS c WHERE c.oid IN ${OURS} AND c.relkind NOT IN ('i', 'I', 't', 'c')`,
  `SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
     || ' not null ' || a.attnotnull || ' default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
     || ' identity ' || a.attidentity::text
   FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
   LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.oid IN ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped`,
  `SELECT 'constraint ' || c.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid) || ' valid ' || k.convalidated
   FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
   WHERE c.oid IN ${OURS} AND k.contype <> 'n' AND k.conparentid = 0`,
  `SELECT 'index ' || c.relname || ' '
     || replace(pg_get_indexdef(i.indexrelid), ' ' || c.relnamespace::regnamespace || '.', ' ')
     || ' valid ' || i.indisvalid
   FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid IN ${OURS}`,
  `SELECT 'trigger ' || c.relname || '.' || t.tgname || ' enabled ' || t.tgenabled::text || ' '
     || replace(pg_get_triggerdef(t.oid), ' ' || c.relnamespace::regnamespace || '.', ' ')
   FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
   WHERE c.oid IN ${OURS} AND NOT t.tgisinternal`,
  `SELECT 'policy ' || c.relname || '.' || p.polname || ' permissive ' || p.polpermissive || ' for ' || p.polcmd::text
     || ' to ' || p.polroles::text || ' using ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '-')
     || ' check ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-')
   FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid WHERE c.oid IN ${OURS}`,
  `SELECT 'function ' || p.proname || ' of ' || pg_get_function_arguments(p.oid) || ' definer ' || p.prosecdef
     || ' settings ' || coalesce((SELECT string_agg(
          CASE s WHEN 'search_path=' || p.pronamespace::regnamespace || ', pg_temp' THEN 'search_path=ours' ELSE s END, ' ')
        FROM unnest(p.proconfig) AS s), '-')
     || ' body ' || md5(p.prosrc)
   FROM pg_proc AS p WHERE p.pronamespace = $1::regnamespace`,
  `SELECT 'rule ' || c.relname || '.' || r.rulename || ' ' || pg_get_ruledef(r.oid)
   FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
   WHERE c.oid IN ${OURS} AND c.relkind <> 'v'`,
];

/** What TimescaleDB has its own of (timescale.sql), another one with each of its versions. */
const OF_HYPERTABLE =
  /^\w+ (records|record_chunks)[. _]|^function (append|make_partition|before_prune|after_prune) |^index \w+ .* ON (ONLY )?(record_chunks|records)/;

/** A chain of OR as a migration makes it of a comparison of rows, one in the other; made of its text again it is flat. */
const NESTED_OR = /\(\((\([^()]+\)(?: OR \([^()]+\))+)\) OR /;

/** Partitions differ in their month only. */
const MONTH = /\d{4,6}_\d{2}(?!\d)/g;
const BOUND = /FOR VALUES FROM .* TO .*\)/;

const EXPECTED = new URL('./schema-lines.txt', import.meta.url);

/**
 * What a schema is made of, sorted, a line for each kind of thing. The same on every version of PostgreSQL and whatever
 * the schema is called; all partitions of a month give the same lines.
 *
 * @param rows runs a statement with the schema, and nothing else, in its search path: then names are not qualified
 */
export async function schemaLines(rows: Rows, schema: string): Promise<readonly string[]> {
  const lines = new Map<string, number>();
  for (const statement of STATEMENTS) {
    for (const [line] of await rows(statement, [quoteIdentifier(schema)])) {
      const text = String(line)
        .replaceAll(MONTH, 'YYYY_MM')
        .replace(BOUND, 'OF A MONTH')
        .replaceAll(/\s+/g, ' ');
      const flat = flatChains(text);
      lines.set(flat, (lines.get(flat) ?? 0) + 1);
    }
  }
  // As the lines are: of the moment at which the transaction sees everything.
  const counted = "SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('records') AND $1 <> ''";
  const partitions = Number((await rows(counted, [schema]))[0]?.[0]);
  return [...lines]
    .map(([line, count]) => (isOfAll(line, count, partitions) ? line : `${line} (${count} of ${partitions})`))
    .sort();
}

/** What one partition has each must have. */
function isOfAll(line: string, count: number, partitions: number): boolean {
  return !line.includes('YYYY_MM') || count === partitions;
}

function flatChains(text: string): string {
  let flat = text;
  for (let before = ''; flat !== before; ) {
    before = flat;
    flat = flat.replace(NESTED_OR, '($1 OR ');
  }
  return flat;
}

/** The lines of this version's schema. */
export async function expectedSchemaLines(): Promise<readonly string[]> {
  return (await readFile(EXPECTED, 'utf8')).trimEnd().split('\n');
}

/** In what a schema differs from the one of this version; at most `limit` sentences. */
export function schemaDifferences(
  found: readonly string[],
  expected: readonly string[],
  limit: number,
): string[] {
  const isHypertable = found.some((line) => line.startsWith('table record_chunks '));
  const isCompared = (line: string): boolean => !isHypertable || !OF_HYPERTABLE.test(line);
  return differences(found.filter(isCompared), expected.filter(isCompared), limit);
}

function differences(found: readonly string[], expected: readonly string[], limit: number): string[] {
  const [here, wanted] = [new Set(found), new Set(expected)];
  const nameOf = (line: string): string => line.split(' ').slice(0, 2).join(' ');
  const foundNames = new Set(found.map(nameOf));
  const wantedNames = new Set(expected.map(nameOf));
  const said = new Set<string>();
  for (const line of expected) {
    if (here.has(line)) continue;
    const name = nameOf(line);
    said.add(foundNames.has(name) ? `${name} is not the one of this version` : `${name} is missing`);
  }
  for (const line of found) {
    const name = nameOf(line);
    const [kind, thing = ''] = name.split(' ');
    if (wanted.has(line)) continue;
    // A table that is no part of it has been said; its columns are no news.
    const isInside = kind === 'column' && !wantedNames.has(`table ${thing.split('.')[0]}`);
    if (wantedNames.has(name)) said.add(`${name} is not the one of this version`);
    else if (!isInside) said.add(`${name} is no part of it`);
  }
  return [...said].slice(0, limit);
}
