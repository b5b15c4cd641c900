import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EventFilters, openReadOnly } from '@attestry/ledger';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { fillMillion } from '../million.ts';
import type { ServerProcess } from '../server-process.ts';
import { quantile } from '../statistics.ts';

const PAGE = 100;
const RATIO_MAX = 2;
const GROWTH_MAX = 1.5;
const ROUNDS = 60;
const PASSES = 5;

/** Pairs of filters that people combine: one actor's failures, one type's outcome, one document's edits. */
function questions(): EventFilters[] {
  return Array.from({ length: ROUNDS }, (_, n): EventFilters => {
    if (n % 3 === 0) return { actor: [`u-${(n * 37) % 2_000}`], status: ['success'] };
    if (n % 3 === 1) return { type: ['document.viewed'], status: ['success'] };
    return { category: ['auth'], status: ['failure'] };
  });
}

/**
 * The same pages from bare SQLite: what a page is made of (text, hash, times, seals) in two plain tables, with the index
 * that each question would want.
 */
function bareCopy(ledgerPath: string): { db: DatabaseSync; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec(
    `PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192`,
  );
  db.exec(`ATTACH '${ledgerPath}' AS ledger`);
  db.exec(`CREATE TABLE events AS SELECT k, log_no, at, occurred, actor, type, category, status, hash, text FROM ledger.records
    WHERE occurred IS NOT NULL AND log_no = (SELECT log_no FROM ledger.logs WHERE origin LIKE '%/t/default')`);
  db.exec(`CREATE INDEX by_actor ON events (actor, status, occurred, k);
    CREATE INDEX by_type ON events (type, status, occurred, k); CREATE INDEX by_category ON events (category, status, occurred, k)`);
  db.exec(`CREATE TABLE seals AS SELECT CAST(seal_k >> 4 AS INTEGER) AS k, sub, kid, envelope FROM ledger.seals JOIN ledger.data_keys USING (key_no);
    CREATE INDEX by_record ON seals (k)`);
  return {
    db,
    remove: () => {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The bare SQL of a page: its rows, newest first, each with its seals. */
function bareSql(column: 'actor' | 'type' | 'category'): string {
  return `SELECT e.k, e.hash, e.text, e.at, e.occurred, s.sub, s.kid, s.envelope
    FROM (SELECT * FROM events WHERE ${column} = ? AND status = ? ORDER BY occurred DESC, k DESC LIMIT ${PAGE}) AS e
    LEFT JOIN seals AS s ON s.k = e.k ORDER BY e.occurred DESC, e.k DESC`;
}

/** p95 in milliseconds of the bare SQL of the questions. */
function bareP95(ledgerPath: string): number {
  const { db, remove } = bareCopy(ledgerPath);
  const word = db.prepare('SELECT word_no FROM ledger.words WHERE word = ?');
  const wordNo = (text: string): number => (word.get(text) as { word_no: number }).word_no;
  const actors = db.prepare('SELECT DISTINCT actor FROM events WHERE actor IS NOT NULL LIMIT ?');
  actors.setReadBigInts(true);
  const some = actors.all(ROUNDS) as { actor: bigint }[];
  const byActor = db.prepare(bareSql('actor'));
  const byType = db.prepare(bareSql('type'));
  const byCategory = db.prepare(bareSql('category'));
  const ask = (n: number): void => {
    if (n % 3 === 0) byActor.all(some[n % some.length]?.actor as bigint, wordNo('success'));
    else if (n % 3 === 1) byType.all(wordNo('document.viewed'), wordNo('success'));
    else byCategory.all(wordNo('auth'), wordNo('failure'));
  };
  const p95 = p95Of(times(ask));
  remove();
  return p95;
}

/** Each question once to warm the caches, then timed `PASSES` times. */
function times(ask: (n: number) => void): number[] {
  for (let n = 0; n < ROUNDS; n++) ask(n);
  return Array.from({ length: PASSES * ROUNDS }, (_, n) => {
    const startedAt = performance.now();
    ask(n % ROUNDS);
    return performance.now() - startedAt;
  });
}

async function timesOf(ask: (n: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < (PASSES + 1) * ROUNDS; n++) {
    const startedAt = performance.now();
    await ask(n % ROUNDS);
    if (n >= ROUNDS) taken.push(performance.now() - startedAt);
  }
  return taken;
}

function p95Of(taken: readonly number[]): number {
  return quantile(taken, 0.95);
}

/** Milliseconds of the pages, and which questions fill theirs. */
interface PageTimes {
  readonly taken: readonly number[];
  readonly full: ReadonlySet<number>;
}

/** The same through the query store on a read-only connection. */
async function ourTimes(server: ServerProcess): Promise<PageTimes> {
  const ledger = await openReadOnly(server.dataDir);
  const asked = questions();
  const full = new Set<number>();
  const taken = await timesOf(async (n) => {
    const query = await ledger.compileQuery('default', asked[n] as EventFilters, { personal: true });
    const page = await ledger.query.page(query, { order: 'desc', limit: PAGE });
    if (page.rows.length === 0) throw new Error(`no rows for ${JSON.stringify(asked[n])}`);
    if (page.rows.length === PAGE) full.add(n);
  });
  await ledger.close();
  return { taken, full };
}

/** The same as a caller of the API sees it, unsealed and as JSON. */
async function httpP95(server: ServerProcess): Promise<number> {
  const asked = questions();
  const taken = await timesOf(async (n) => {
    const parameters = new URLSearchParams({ limit: String(PAGE) });
    for (const [name, values] of Object.entries(asked[n] as Record<string, string[]>)) {
      for (const value of values) parameters.append(name, value);
    }
    await (await server.get(`/v1/events?${parameters}`)).text();
  });
  return p95Of(taken);
}

export const queryPage: BenchCase = {
  name: 'query',
  run: async (context: BenchContext): Promise<readonly Figure[]> => {
    const small = await fillMillion(100_000, () => undefined);
    const smallTimes = await ourTimes(small.server);
    await small.server.stop();
    const { server, events } = await context.million();
    const ourPages = await ourTimes(server);
    const ourMs = p95Of(ourPages.taken);
    // One actor of 2,000 has too few events among 100,000 for a page: half a page is not the same page.
    const fullP95 = ({ taken }: PageTimes): number =>
      p95Of(taken.filter((_, i) => smallTimes.full.has(i % ROUNDS) && ourPages.full.has(i % ROUNDS)));
    const smallP95 = fullP95(smallTimes);
    const largeP95 = fullP95(ourPages);
    const bareMs = bareP95(join(server.dataDir, 'ledger.db'));
    const httpMs = await httpP95(server);
    return [
      {
        name: `page of ${PAGE} with two filters, p95`,
        value: ourMs / bareMs,
        unit: 'x',
        target: RATIO_MAX,
        better: 'less',
        detail: `${ourMs.toFixed(2)} ms at ${events} events; bare SQL ${bareMs.toFixed(2)} ms; whole HTTP answer ${httpMs.toFixed(2)} ms`,
      },
      {
        name: 'the same page, 100 k to 1 M events',
        value: largeP95 / smallP95,
        unit: 'x',
        target: GROWTH_MAX,
        better: 'less',
        detail: `${smallP95.toFixed(2)} ms at 100 k, ${largeP95.toFixed(2)} ms at ${events}, pages full at both`,
      },
    ];
  },
};
