import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Nothing of a developer's own settings; compiled modules are kept, because starting is most of what these tests do. */
const SURROUNDINGS = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};
const running = new Set<ChildProcess>();
const folders: string[] = [];

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string;
  /** All that it said on both outputs. */
  said(): string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
  folders.push(folder);
  return folder;
}

async function start(dataDir: string, env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...SURROUNDINGS,
      ATTESTRY_DATA_DIR: dataDir,
      ATTESTRY_PORT: '0',
      ATTESTRY_LOG_LEVEL: 'debug',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  const listen = (data: Buffer): void => {
    text += data.toString();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  while (!/Attestry listens on (\S+)/.test(text)) {
    const code = await Promise.race([
      exited,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 50)),
    ]);
    if (code !== undefined) throw new Error(`it ended with ${code}: ${text}`);
  }
  const { url, key } = JSON.parse(readFileSync(join(dataDir, 'cli.json'), 'utf8')) as {
    url: string;
    key: string;
  };
  return {
    child,
    url,
    key,
    said: () => text,
    stop: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

function post(server: Started, body: object): Promise<Response> {
  return fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function seqsOf(server: Started, type: string): Promise<number[]> {
  const seqs: number[] = [];
  let cursor = '';
  for (;;) {
    const answer = await fetch(`${server.url}/v1/events?type=${type}&limit=1000&order=asc${cursor}`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const { events, next_cursor, has_more } = (await answer.json()) as {
      events: { seq: number }[];
      next_cursor: string;
      has_more: boolean;
    };
    seqs.push(...events.map(({ seq }) => seq));
    if (!has_more) return seqs;
    cursor = `&cursor=${next_cursor}`;
  }
}

// Each start of a process takes a second or more of a processor, so that a server shows here all that it can.
describe('the server as a process', () => {
  it('prints its address, a key and a curl line at the first start only, and tells its own log of start and stop', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    while (!first.said().includes('back up')) await new Promise((resolve) => setTimeout(resolve, 20));
    const curl = /curl -sS (\S+) -H '(Authorization: Bearer \S+)' -H '(\S+ \S+)' -d '(.+)'/.exec(
      first.said(),
    );
    expect(curl).not.toBeNull();
    const [, url = '', authorization = '', type = '', body = ''] = curl ?? [];
    const answer = await fetch(url, {
      method: 'POST',
      headers: [authorization.split(': ') as [string, string], type.split(': ') as [string, string]],
      body,
    });
    expect(answer.status).toBe(201);
    expect(statSync(join(dataDir, 'cli.json')).mode & 0o777).toBe(0o600);
    expect(await first.stop('SIGTERM')).toBe(0);

    // As a process leaves it that is killed while it writes.
    writeFileSync(join(dataDir, 'last-seen.json.tmp-123-4'), '{');
    const second = await start(dataDir);
    expect(second.key).toBe(first.key);
    expect(second.said()).not.toContain('att_live_');
    // It writes such files itself.
    expect(readdirSync(dataDir)).not.toContain('last-seen.json.tmp-123-4');
    await expect(start(dataDir)).rejects.toThrow(new RegExp(`ended with 1[\\s\\S]*${second.child.pid}`));
    const own = await fetch(`${second.url}/v1/events?tenant=_system&order=asc`, {
      headers: { authorization: `Bearer ${second.key}` },
    });
    const { events } = (await own.json()) as { events: { type: string }[] };
    // That it is read is told there too, soon or at once.
    const types = events.map((event) => event.type).filter((type) => !type.startsWith('audit_log.'));
    expect(types).toEqual(['api_key.created', 'system.startup', 'system.shutdown', 'system.startup']);
    expect(await second.stop('SIGINT')).toBe(0);
  });

  it('leaves nothing half made when told to stop during its first start', async () => {
    for (const waitMs of [600, 900, 1_200]) {
      const folder = newFolder();
      const child = spawn(process.execPath, [MAIN], {
        env: { ...SURROUNDINGS, ATTESTRY_DATA_DIR: folder, ATTESTRY_PORT: '0' },
        stdio: 'ignore',
      });
      running.add(child);
      const exited = once(child, 'exit');
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      child.kill('SIGTERM');
      const [code, signal] = (await exited) as [number | null, string | null];
      running.delete(child);
      // Before its first line runs nobody can catch the signal; then nothing is in the folder either.
      const names = readdirSync(folder);
      if (signal !== null) expect(names).toEqual([]);
      else expect([code, names.includes('cli.json')]).toEqual([0, true]);
      expect(names.filter((name) => name.includes('.tmp-'))).toEqual([]);
    }
  });

  it('keeps what it acknowledged when told to stop, which it finishes, and through kill -9 (trap 15)', async () => {
    const dataDir = newFolder();
    const acknowledged: number[] = [];
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const server = await start(dataDir);
      const before = acknowledged.length;
      let isStopping = false;
      const writer = async (): Promise<void> => {
        for (let i = 0; !isStopping || i < 3; i++) {
          const answer = await post(server, { type: 'load.event' }).catch(() => undefined);
          if (answer?.status !== 201) return;
          const receipt = (await answer.json().catch(() => undefined)) as { seq: number } | undefined;
          if (receipt !== undefined) acknowledged.push(receipt.seq);
        }
      };
      const writers = Array.from({ length: 16 }, writer);
      while (acknowledged.length < before + 150) await new Promise((resolve) => setTimeout(resolve, 5));
      const stopped = server.stop(signal);
      isStopping = signal === 'SIGTERM';
      await Promise.all(writers);
      expect(await stopped).toBe(signal === 'SIGTERM' ? 0 : null);
    }
    const again = await start(dataDir);
    const kept = await seqsOf(again, 'load.event');
    expect(new Set(kept).size).toBe(kept.length);
    expect(acknowledged.filter((seq) => !kept.includes(seq))).toEqual([]);
    await again.stop('SIGTERM');
  });

  it('logs neither secrets nor personal data, not even at level debug (trap 30)', async () => {
    const server = await start(newFolder());
    await post(server, { type: 'a.b', actor: { type: 'user', id: 'zoe', email: 'zoe@example.com' } });
    await fetch(`${server.url}/v1/events?actor=zoe&actor_email=zoe%40example.com&token=hunter2`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    await fetch(`${server.url}/v1/actors/zoe/activity`, {
      headers: { authorization: `Bearer ${server.key}`, cookie: 'session=hunter2' },
    });
    const beforeStop = server.said().split('back up')[1] ?? '';
    await server.stop('SIGTERM');
    expect(server.said()).toContain('"route":"/v1/actors/:id/activity"');
    for (const secret of ['zoe', 'hunter2', server.key]) expect(beforeStop).not.toContain(secret);
  });

  it('lists every mistake of its configuration and exits 2', async () => {
    const failing = start(newFolder(), { ATTESTRY_PORT: 'x', ATTESTRY_HOTS: '1', ATTESTRY_REDIS_URL: 'r' });
    await expect(failing).rejects.toThrow(
      /ended with 2[\s\S]*3 mistakes[\s\S]*did you mean ATTESTRY_HOST[\s\S]*ATTESTRY_PORT[\s\S]*ATTESTRY_REDIS_URL/,
    );
  });
});
