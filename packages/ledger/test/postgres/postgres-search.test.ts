import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { incomingEvent, openSession } from '@attestry/testkit';
import { describeTextSearch, type SearchUnderTest } from '@attestry/testkit/conformance';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbedded } from '../../src/embedded.ts';
import { FollowerRunner } from '../../src/followers/follower-runner.ts';
import { TextsAtHand, textRun } from '../../src/followers/texts-at-hand.ts';
import type { Lease } from '../../src/ports/lease-store.ts';
import type { LogHead, StoredRecord } from '../../src/ports/ledger-store.ts';
import { eventTexts } from '../../src/search/event-texts.ts';
import { PostgresPool, type Scope } from '../../src/stores/postgres/postgres-pool.ts';
import { openPostgresReadOnly } from '../../src/stores/postgres/read-only.ts';
import { tableSql } from '../../src/stores/postgres/schema-names.ts';
import { PostgresSearchIndex, SEARCH_VERSION } from '../../src/stores/postgres/search-index.ts';
import { TenantNumbers } from '../../src/stores/postgres/tenant-numbers.ts';
import { EVERY_DOCUMENT } from '../../src/stores/postgres/text-sql.ts';
import { ordinaryUser } from './ordinary-user.ts';
import { ENGINES, openTestDatabase, type TestDatabase } from './postgres-schema.ts';

const WAIT = { timeout: 60_000, interval: 20 };

interface SearchOnPostgres extends SearchUnderTest {
  readonly pool: PostgresPool;
  readonly lease: Lease;
  heads(): Promise<readonly LogHead[]>;
  /** What `openIndex` has at hand. */
  readonly atHand: TextsAtHand;
  records(tenant: string): Promise<readonly StoredRecord[]>;
  openIndex(lease?: Lease): Promise<PostgresSearchIndex>;
  /** Follows from the start again, as a process does that takes the lease. */
  restart(): Promise<void>;
  /** Follows no more. */
  pause(): Promise<void>;
}

async function openIn(url: string, schema: string): Promise<SearchOnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
  const embedded = await openEmbedded({ dataDir: join(folder, 'data'), store: url, schema, search: false });
  const { ledger, stores } = embedded;
  const pool = new PostgresPool({ url, use: 'write', statementMsMax: 10_000, connectionsMax: 2 });
  const lease = await stores.shared?.leases.acquire('search', 'test', 600_000);
  if (lease === undefined) throw new Error('the lease is taken');
  const atHand = new TextsAtHand(() => undefined);
  const openIndex = (held = lease): Promise<PostgresSearchIndex> =>
    PostgresSearchIndex.open({
      pool,
      schema,
      tenants: new TenantNumbers(pool, schema),
      fence: () => held,
      textsOf: eventTexts(ledger),
      atHand,
    });
  const start = async (): Promise<FollowerRunner> => {
    const started = new FollowerRunner({
      ledger: stores.ledger,
      follower: await openIndex(),
      batchRecords: 500,
      pollMs: 100,
      backoffMs: { first: 50, max: 200 },
      onError: () => undefined,
    });
    started.start();
    return started;
  };
  let runner = await start();
  return {
    ledger,
    pool,
    lease,
    atHand,
    heads: () => stores.ledger.listHeads(),
    records: (tenant) => stores.ledger.readRecords(tenant, 0, 100),
    openIndex,
    pause: () => runner.stop(),
    restart: async () => {
      await runner.stop();
      runner = await start();
    },
    dispose: async () => {
      await runner.stop();
      await pool.close();
      await embedded.close();
      rmSync(folder, { recursive: true });
    },
  };
}

for (const { version, skipped } of ENGINES) {
  describe.skipIf(skipped !== '')(`PostgreSQL ${version}${skipped}`, () => {
    let database: TestDatabase;
    let url: string;
    beforeAll(async () => {
      database = await openTestDatabase(version);
      url = await ordinaryUser(database);
    });
    afterAll(() => database.close());
    describeTextSearch('postgres', () => openIn(url, database.newSchema()));

    describe('documents of full-text search', () => {
      let search: SearchOnPostgres;
      let schema: string;
      beforeAll(async () => {
        schema = database.newSchema();
        search = await openIn(url, schema);
        for (const tenant of ['acme', 'other']) {
          await search.ledger.createLog(tenant);
          await add(tenant, `secret of ${tenant}`);
        }
        await vi.waitFor(
          async () => expect([await found('acme'), await found('other')]).toEqual([1, 1]),
          WAIT,
        );
      });
      afterAll(() => search.dispose());

      const add = async (tenant: string, description: string): Promise<void> => {
        const [result] = await search.ledger.append(tenant, [
          incomingEvent(tenant, { type: 'search.test', action: { description } }),
        ]);
        expect(result?.kind).toBe('receipt');
      };
      const found = async (
        tenant: string,
        by: Pick<typeof search.ledger, 'compileQuery' | 'query'> = search.ledger,
      ) => {
        const query = await by.compileQuery(tenant, { q: 'secret' }, { personal: true });
        return by.query.count(query);
      };
      const documents = (scope: Scope): Promise<number> =>
        search.pool.read('counting documents', scope, async (run) => {
          const { rows } = await run<{ n: number }>({
            text: `SELECT count(*)::int AS n FROM ${tableSql(schema, 'search_documents')}`,
          });
          return rows[0]?.n ?? -1;
        });

      it('are seen by nobody who forgot to say the tenant, or what to search for', async () => {
        const asked = { 'attestry.search': EVERY_DOCUMENT } as const;
        expect(await documents({})).toBe(0);
        expect(await documents({ settings: asked })).toBe(0);
        expect(await documents({ tenantNos: [1, 2] })).toBe(0);
        expect(await documents({ tenantNos: [1], settings: asked })).toBe(1);
        expect(await documents({ tenantNos: [1, 2], settings: { 'attestry.search': "'2.secret'" } })).toBe(1);
      });

      it('are found by what was asked, also by a superuser, whom no policy holds back', async () => {
        const stores = await openPostgresReadOnly({ url: database.url, schema });
        try {
          const by = { compileQuery: search.ledger.compileQuery.bind(search.ledger), query: stores.query };
          expect(await found('acme', by)).toBe(1);
          const nothing = await by.compileQuery('acme', { q: 'nothing' }, { personal: true });
          expect(await stores.query.page(nothing, { order: 'desc', limit: 10 })).toMatchObject({
            rows: [],
            more: false,
          });
        } finally {
          await stores.close();
        }
      });

      it('are not written under a lease that somebody else has now', async () => {
        const [head] = (await search.heads()).filter(({ tenant }) => tenant === 'acme');
        const records = await search.records('acme');
        await expect(
          search.openIndex({ ...search.lease, token: search.lease.token - 1 }),
        ).rejects.toMatchObject({
          code: 'lease_lost',
        });
        const index = await search.openIndex();
        await expect(index.apply(head as LogHead, records.slice(1))).rejects.toMatchObject({
          code: 'search_moved',
        });
      });

      it.each([
        ['all of them are removed', (table: string) => `TRUNCATE ${table}`],
        ['some of them are removed', (table: string) => `DELETE FROM ${table} WHERE tenant_no = 1`],
      ])('are made again when %s', async (_, statement) => {
        const scope: Scope = { tenantNos: [1], settings: { 'attestry.search': EVERY_DOCUMENT } };
        await search.pool.write('losing documents', scope, (run) =>
          run({ text: statement(tableSql(schema, 'search_documents')) }),
        );
        expect(await found('acme')).toBe(0);
        await search.restart();
        await vi.waitFor(
          async () => expect([await found('acme'), await found('other')]).toEqual([1, 1]),
          WAIT,
        );
      });

      it('are made again on a log in which nothing happens any more', async () => {
        const own = database.newSchema();
        const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
        const embedded = await openEmbedded({ dataDir: join(folder, 'data'), store: url, schema: own });
        const { ledger } = embedded;
        await ledger.createLog('acme');
        await ledger.append('acme', [
          incomingEvent('acme', { type: 'search.test', action: { description: 'idle' } }),
        ]);
        const count = async (): Promise<number> =>
          ledger.query.count(await ledger.compileQuery('acme', { q: 'idle' }, { personal: true }));
        await vi.waitFor(async () => expect(await count()).toBe(1), WAIT);
        await search.pool.write('losing documents', {}, (run) =>
          run({ text: `TRUNCATE ${tableSql(own, 'search_documents')}` }),
        );
        expect(await count()).toBe(0);
        await vi.waitFor(async () => expect(await count()).toBe(1), WAIT);
        await embedded.close();
        rmSync(folder, { recursive: true });
      });

      it.each([
        ['by a version that makes others', 'UPDATE search_version SET version = 0'],
        ['when nobody knows which version made them', 'DELETE FROM search_version'],
      ])('are made again %s, once', async (_, change) => {
        const table = tableSql(schema, 'search_version');
        const superuser = await openSession(database.url);
        await superuser.run(change.replace('search_version', table));
        await search.openIndex();
        expect(await found('acme')).toBe(0);
        expect(await superuser.run(`SELECT version FROM ${table}`)).toMatchObject({
          rows: [{ version: SEARCH_VERSION }],
        });
        await superuser.end();
        await search.restart();
        await vi.waitFor(
          async () => expect([await found('acme'), await found('other')]).toEqual([1, 1]),
          WAIT,
        );
      });

      it('are made of the texts at hand, if these belong to what is in the log', async () => {
        await search.pause();
        await add('acme', 'read back');
        const head = (await search.heads()).find(({ tenant }) => tenant === 'acme') as LogHead;
        const from = head.size - 1;
        const index = await search.openIndex();
        const texts = [{ open: 'secret at hand', sealed: '' }];
        search.atHand.add(textRun({ ...head, lastHash: new Uint8Array(32) }, texts));
        await expect(index.applyAtHand(head, from)).rejects.toMatchObject({ code: 'search_moved' });
        expect(await index.applyAtHand(head, from)).toBeUndefined();
        expect(await found('acme')).toBe(1);
        search.atHand.add(textRun(head, texts));
        expect(await index.applyAtHand(head, from)).toBe(head.size);
        expect(await found('acme')).toBe(2);
      });
    });
  });
}
