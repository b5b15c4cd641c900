import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  openSession,
  postgresBinaries,
  type RunningPostgres,
  type RunningServer,
  startPostgres,
  startServerProcess,
  TcpProxy,
  verifyFolder,
} from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './server-harness.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

const TENANTS = ['one', 'two'] as const;
type Tenant = (typeof TENANTS)[number];
const BATCH = 20;
const LOAD_PAUSE_MS = 20;
/** Of each case, on a machine that has much else to do. */
const LIMIT_MS = 180_000;
/** The driver's own parameter: a connection that says nothing is given up after this, and not after half a minute. */
const ANSWER_MS_MAX = 1_500;

interface Receipt {
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  readonly recorded_at: string;
}

describe.skipIf(binaries.folder === undefined)(`a server whose PostgreSQL fails${skipped}`, () => {
  let postgres: RunningPostgres;
  let proxy: TcpProxy;
  let server: RunningServer;
  let disk: string | undefined;
  let superuserUrl: string;
  const keys = new Map<Tenant, string>();
  /** Whatever was acknowledged, by id. */
  const acknowledged: Record<Tenant, Map<string, Receipt>> = { one: new Map(), two: new Map() };

  beforeAll(async () => {
    postgres = await startPostgres({
      settings: { max_connections: '60', superuser_reserved_connections: '3' },
    });
    superuserUrl = await postgres.createDatabase();
    await asSuperuser('CREATE ROLE app LOGIN');
    await asSuperuser(`ALTER DATABASE ${new URL(superuserUrl).pathname.slice(1)} OWNER TO app`);
    disk = await smallTablespace();
    proxy = await TcpProxy.start(postgres.port);
    server = await startServerProcess({ environment: environmentOf(ANSWER_MS_MAX) });
    for (const tenant of TENANTS) {
      const asked = { method: 'POST', key: server.key };
      expect((await call('/v1/tenants', { ...asked, body: { id: tenant } })).status).toBe(201);
      const body = { name: 'admin', roles: ['admin'] };
      const { token } = await json(await call(`/v1/keys?tenant=${tenant}`, { ...asked, body }));
      keys.set(tenant, token as string);
    }
  }, LIMIT_MS);
  afterAll(async () => {
    await server?.remove();
    await proxy?.close();
    await postgres?.remove();
    if (disk !== undefined) {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  });

  function environmentOf(answerMsMax?: number): Record<string, string> {
    const url = new URL(superuserUrl);
    url.username = 'app';
    url.port = String(proxy.port);
    if (answerMsMax !== undefined) url.searchParams.set('query_timeout', String(answerMsMax));
    return { ATTESTRY_STORE: url.href, ATTESTRY_CHECKPOINT_INTERVAL_MS: '100' };
  }

  async function asSuperuser(sql: string): Promise<void> {
    const session = await openSession(superuserUrl);
    await session.run(sql);
    await session.end();
  }

  /** A tablespace of 24 MB for the tables of the server, when that is allowed here. */
  async function smallTablespace(): Promise<string | undefined> {
    const folder = mkdtempSync(join(tmpdir(), 'attestry-disk-'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).status !== 0) {
      rmSync(folder, { recursive: true });
      return undefined;
    }
    chmodSync(folder, 0o755);
    const place = join(folder, 'space');
    mkdirSync(place);
    chownSync(place, 65_534, 65_534);
    await asSuperuser(`CREATE TABLESPACE small LOCATION '${place}'`);
    await asSuperuser('ALTER ROLE app SET default_tablespace = small');
    await asSuperuser('GRANT CREATE ON TABLESPACE small TO app');
    return folder;
  }

  async function call(
    path: string,
    { method = 'GET', key = '', body }: { method?: string; key?: string; body?: object } = {},
    to = server,
  ): Promise<Response> {
    return fetch(`${to.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function json(answer: Response): Promise<Record<string, unknown>> {
    return (await answer.json()) as Record<string, unknown>;
  }

  /** Sends batches until it is stopped; one that is refused is sent again, with the same ids, until it is accepted. */
  class Sender {
    accepted = 0;
    readonly refusals: (readonly [status: number, retryAfter: number])[] = [];
    readonly done: Promise<unknown>;
    #isStopped = false;

    constructor(tenants: readonly Tenant[] = TENANTS) {
      this.done = Promise.all(tenants.map((tenant) => this.#send(tenant)));
      // Awaited at the end.
      this.done.catch(() => undefined);
    }

    async stop(): Promise<void> {
      this.#isStopped = true;
      await this.done;
    }

    /** Until so many batches more were accepted. */
    async accepts(more: number): Promise<void> {
      const goal = this.accepted + more;
      await eventually(
        async () => this.accepted,
        (accepted) => accepted >= goal,
        40_000,
      );
    }

    /** Until it was told to come again. */
    async isRefused(): Promise<void> {
      const before = this.refusals.length;
      await eventually(
        async () => this.refusals.length,
        (refusals) => refusals > before,
        40_000,
      );
    }

    async #send(tenant: Tenant): Promise<void> {
      while (!this.#isStopped) {
        const events = Array.from({ length: BATCH }, (_, n) => ({
          id: randomUUID(),
          type: 'fault.met',
          actor: { type: 'user', id: `u-${n}`, email: `u-${n}@example.com` },
        }));
        await this.#sendForSure(tenant, events);
        this.accepted += 1;
        // Each case reads and verifies all that those before it wrote.
        await sleep(LOAD_PAUSE_MS);
      }
    }

    async #sendForSure(tenant: Tenant, events: readonly object[]): Promise<void> {
      for (;;) {
        const answer = await call('/v1/events', {
          method: 'POST',
          key: keys.get(tenant) as string,
          body: { events },
        });
        const body = await json(answer);
        if (answer.status === 201) {
          for (const receipt of body['receipts'] as Receipt[]) acknowledged[tenant].set(receipt.id, receipt);
          return;
        }
        if (this.refusals.length > 2_000) throw new Error(`refused again and again: ${JSON.stringify(body)}`);
        this.refusals.push([answer.status, Number(answer.headers.get('retry-after'))]);
        await sleep(50);
      }
    }
  }

  /**
   * Lets something happen under load, and checks afterwards that nothing acknowledged is missing or doubled, that the
   * sequence has no gap, that the logs verify, and that whoever was refused was told to come again.
   */
  async function under(fault: (load: Sender) => Promise<void>): Promise<Sender> {
    const load = new Sender();
    try {
      await load.accepts(4);
      await fault(load);
      await load.accepts(4);
    } finally {
      await postgres.resume();
      proxy.heal();
      await load.stop();
    }
    for (const [status, retryAfter] of load.refusals) {
      expect(status).toBe(503);
      expect(retryAfter).toBeGreaterThan(0);
    }
    await eventually(
      () => call('/ready'),
      ({ status }) => status === 200,
    );
    await Promise.all(TENANTS.map((tenant) => audit(tenant)));
    await verifyFolder(server.dataDir, TENANTS, superuserUrl);
    return load;
  }

  async function audit(tenant: Tenant): Promise<void> {
    const key = keys.get(tenant) as string;
    const exported = await call('/v1/export?order=asc&time=recorded', { key });
    expect(exported.status).toBe(200);
    const events = (await exported.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Receipt);
    // The first record of a log is no event.
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const stored = new Map(events.map(({ id, seq, hash }) => [id, { seq, hash }]));
    for (const { id, seq, hash } of acknowledged[tenant].values())
      expect([id, stored.get(id)]).toEqual([id, { seq, hash }]);
    // The duty to sign may still have to come back to a node.
    await eventually(
      async () => json(await call('/v1/checkpoints/latest', { key })),
      ({ size }) => Number(size) > events.length,
    );
  }

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'by %s goes on when it is started again',
    async (signal) => {
      const load = await under(async (sender) => {
        await postgres.stop(signal);
        await sender.isRefused();
        const ready = await call('/ready');
        expect([ready.status, await json(ready)]).toMatchObject([
          503,
          { components: { store: { status: 'down' } } },
        ]);
        await postgres.start();
      });
      expect(load.refusals.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'by standing still answers in time, and goes on when it does',
    async () => {
      const load = await under(async (sender) => {
        await postgres.pause();
        await sender.isRefused();
        await postgres.resume();
      });
      expect(load.refusals.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'by connections that are cut in the middle of an append, or before its answer, doubles nothing',
    async () => {
      await under(async (sender) => {
        for (const bytes of [1, 3_000, 20_000, 60_000]) {
          proxy.cutAfter(bytes);
          await eventually(
            async () => proxy.isCut,
            (isCut) => isCut,
          );
          proxy.heal();
          await sender.accepts(1);
          proxy.cutAtAnswer();
          await eventually(
            async () => proxy.isCut,
            (isCut) => isCut,
          );
          proxy.heal();
          await sender.accepts(1);
        }
      });
    },
    LIMIT_MS,
  );

  it(
    'by a route that swallows everything answers in time, and goes on when it is there again',
    async () => {
      await under(async () => {
        proxy.blackHole();
        // What was on its way waits; whoever comes is told at once that it is not known which keys are valid.
        const key = keys.get('one') as string;
        const refused = await eventually(
          () => call('/v1/events?limit=1', { key }),
          ({ status }) => status !== 200,
        );
        expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 5]);
        proxy.heal();
      });
    },
    LIMIT_MS,
  );

  it(
    'by being slow refuses nobody',
    async () => {
      const load = await under(async (sender) => {
        proxy.delay(60);
        await sender.accepts(2);
      });
      expect(load.refusals).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'by having no connection left goes on when there are some',
    async () => {
      const load = await under(async (sender) => {
        const held: { end(): Promise<void> }[] = [];
        const url = new URL(superuserUrl);
        url.username = 'app';
        // The server loses those it has, and somebody else takes every one there is.
        proxy.refuse();
        for (;;) {
          const session = await openSession(url.href).catch(() => undefined);
          if (session === undefined) break;
          held.push(session);
        }
        proxy.heal();
        await sender.isRefused();
        await Promise.all(held.map((session) => session.end()));
      });
      expect(load.refusals.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'by locks of somebody else waits for them; a deadlock costs nobody an event',
    async () => {
      await under(async (sender) => {
        const other = await openSession(superuserUrl);
        await other.run('BEGIN; LOCK TABLE attestry.heads IN EXCLUSIVE MODE');
        await sleep(300);
        await other.run('ROLLBACK');
        await sender.accepts(2);
        // In the other order than appends take them. Who waits longest looks first, and that is the server.
        for (let round = 0; round < 3; round += 1) {
          await other.run("BEGIN; SET LOCAL deadlock_timeout = '20s'");
          await other.run(
            'SELECT FROM attestry.heads WHERE tenant_no = (SELECT max(tenant_no) FROM attestry.heads) FOR UPDATE',
          );
          await sleep(100);
          await other.run('SELECT FROM attestry.heads FOR UPDATE');
          await other.run('ROLLBACK');
          await sender.accepts(2);
        }
        await other.end();
      });
    },
    LIMIT_MS,
  );

  it(
    'by being only a standby answers reads and refuses writes, until it is promoted',
    async () => {
      const load = await under(async (sender) => {
        const signal = join(postgres.dataDir, 'standby.signal');
        await postgres.stop();
        writeFileSync(signal, '', { mode: 0o644 });
        await postgres.start();
        await sender.isRefused();
        const key = keys.get('one') as string;
        await eventually(
          async () => (await call('/v1/events?limit=1', { key })).status,
          (status) => status === 200,
        );
        const one = { type: 'fault.met', actor: { type: 'user', id: 'x' } };
        const refused = await call('/v1/events', { method: 'POST', key, body: one });
        expect([refused.status, await json(refused)]).toMatchObject([
          503,
          { detail: expect.stringMatching(/takes no writes/) },
        ]);
        await asSuperuser('SELECT pg_promote()');
      });
      expect(load.refusals.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'for a full disk says so, and goes on when there is space',
    async (context) => {
      if (disk === undefined) return context.skip('needs root: no right to mount a tmpfs');
      const ballast = join(disk, 'ballast');
      const load = await under(async (sender) => {
        fillDisk(ballast);
        await sender.isRefused();
        const ready = await call('/ready');
        expect(await json(ready)).toMatchObject({
          components: { store: { status: 'down', detail: expect.stringMatching(/^full: /) } },
        });
        rmSync(ballast);
      });
      expect(load.refusals.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'has nodes whose clock is an hour wrong: no record says so',
    async () => {
      const nodes = await Promise.all(
        [1, -1].map(async (hours) => {
          const dataDir = mkdtempSync(join(tmpdir(), 'attestry-clock-'));
          for (const name of ['master.key', 'signing.key'])
            cpSync(join(server.dataDir, name), join(dataDir, name));
          const environment = { ...environmentOf(), NODE_OPTIONS: `--import=${clockShiftedBy(hours)}` };
          return startServerProcess({ dataDir, environment });
        }),
      );
      try {
        const key = keys.get('one') as string;
        await under(async (sender) => {
          for (const node of nodes) {
            const body = { type: 'fault.met', actor: { type: 'user', id: 'x' } };
            const receipt = await json(await call('/v1/events', { method: 'POST', key, body }, node));
            const recordedAt = Date.parse(receipt['recorded_at'] as string);
            expect(Math.abs(recordedAt - Date.now())).toBeLessThan(60_000);
            await eventually(
              async () => node.log(),
              (log) => /clock/.test(log),
            );
          }
          await sender.accepts(2);
        });
        // Dated by the database, so nothing lies in the future of a node that is behind.
        const behind = nodes.at(-1);
        const { id } = await json(await call('/v1/verify', { method: 'POST', key, body: {} }, behind));
        const { report } = await eventually(
          async () => json(await call(`/v1/verify/${id}`, { key }, behind)),
          ({ status }) => status === 'done' || status === 'failed',
          60_000,
        );
        expect(report).toMatchObject({ ok: true, findings: [] });
      } finally {
        for (const node of nodes) {
          await node.stop();
          rmSync(node.dataDir, { recursive: true, force: true });
        }
      }
    },
    LIMIT_MS,
  );
});

/** Writes until nothing fits any more. */
function fillDisk(file: string): void {
  for (const size of [1 << 20, 1 << 12]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size, 1), { flag: 'a' });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOSPC') throw error;
    }
  }
}

/** A module that shifts the clock of a process. */
function clockShiftedBy(hours: number): string {
  const source = `const Real = Date; const now = () => Real.now() + ${hours * 3_600_000};
globalThis.Date = class Date extends Real { constructor(...all) { if (all.length > 0) super(...all); else super(now()); } static now() { return now(); } };`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
