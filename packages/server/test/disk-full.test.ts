import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

/** It is the disk of a data folder: the logs are in it in every run. That of a database is in postgres-faults.test.ts. */
const env = { ATTESTRY_STORE: 'sqlite:' };

/** A file system of 16 MB of its own, or why there is none. */
function smallDisk(): { readonly path: string; remove(): void } | string {
  const path = mkdtempSync(join(tmpdir(), 'attestry-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    return 'no right to mount a tmpfs';
  }
  return {
    path,
    remove: () => {
      spawnSync('umount', [path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const batch = () => ({
  events: Array.from({ length: 200 }, (_, i) => ({
    type: 'a.b',
    actor: { type: 'user', id: `u-${Math.random()}-${i}` },
    metadata: { note: 'x'.repeat(2_000) },
  })),
});

/** Sends until the disk is full. */
async function fill(server: TestServer): Promise<void> {
  for (let i = 0; i < 60; i += 1) {
    const { statusCode } = await server.post('/v1/events', batch());
    if (statusCode === 503) return;
    expect(statusCode).toBe(201);
  }
  throw new Error('the disk does not get full');
}

it('a full disk is named to the sender, to /ready, in the figures and once in the log, until there is space', async (context) => {
  const disk = smallDisk();
  if (typeof disk === 'string') return context.skip(disk);
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const server = await openTestServer({
    dataDir: join(disk.path, 'data'),
    env,
    server: { logger: pino({ level: 'info' }, sink) },
  });
  try {
    expect((await server.get('/ready')).statusCode).toBe(200);
    const ballast = join(disk.path, 'ballast');
    writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024, 1));
    await fill(server);
    const refused = await server.post('/v1/events', batch());
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '10']);
    expect(refused.json()).toMatchObject({ code: 'unavailable', retry_after: 10 });
    expect(refused.json().detail).toMatch(/^The disk of the store is full, so nothing was written\./);
    expect(refused.body).not.toContain(disk.path);
    const ready = await server.get('/ready');
    expect(ready.statusCode).toBe(503);
    expect(ready.json().components.store).toEqual({
      status: 'down',
      detail: expect.stringMatching(/^full: /),
    });
    expect(ready.body).not.toContain(disk.path);
    expect((await server.get('/metrics')).body).toContain('\nattestry_store_full 1\n');
    // Reading goes on.
    expect((await server.get('/v1/events?limit=1')).statusCode).toBe(200);
    rmSync(ballast);
    await eventually(
      () => server.get('/ready'),
      ({ statusCode }) => statusCode === 200,
    );
    expect((await server.post('/v1/events', batch())).statusCode).toBe(201);
    expect((await server.get('/metrics')).body).toContain('\nattestry_store_full 0\n');
    const said = lines.filter((line) => line.includes('the disk of the store is full'));
    expect(said).toHaveLength(1);
    expect(lines.filter((line) => line.includes('has space again'))).toHaveLength(1);
    // Besides, only what is lost by it: no request repeats it, and no line says it twice.
    const others = lines.filter((line) => line.includes('the disk is full'));
    for (const line of others) {
      const { msg, err } = JSON.parse(line);
      expect(msg).toMatch(/^the audit of the audit could not be written/);
      expect(err.message.split('the disk is full')).toHaveLength(2);
    }
  } finally {
    await server.remove();
    disk.remove();
  }
});

it('a server stops in order on a full disk, and goes on from there', async (context) => {
  const disk = smallDisk();
  if (typeof disk === 'string') return context.skip(disk);
  try {
    const dataDir = join(disk.path, 'data');
    const server = await openTestServer({ dataDir, env });
    await fill(server);
    const { size } = (await server.ops.ledger.head('default')) as { size: number };
    await server.close();
    spawnSync('mount', ['-o', 'remount,size=64m', disk.path]);
    const again = await openTestServer({ dataDir, env });
    expect((await again.ops.ledger.head('default'))?.size).toBeGreaterThanOrEqual(size);
    expect((await again.post('/v1/events', batch())).statusCode).toBe(201);
    await again.close();
  } finally {
    disk.remove();
  }
});
