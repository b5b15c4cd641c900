import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));
const READY_MS_MAX = 30_000;

export interface ServerProcess {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  /** Resident memory of the process in MB, from /proc. */
  residentMb(): number;
  get(path: string): Promise<Response>;
  /** SIGTERM; keeps the folder when asked to. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

/** Starts the real server in a process of its own with the embedded store, rate limits off, in a fresh or given folder. */
export async function startServerProcess(
  options: { readonly dataDir?: string } = {},
): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? join(mkdtempSync(join(tmpdir(), 'attestry-bench-')), 'data');
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ATTESTRY_DATA_DIR: dataDir,
      ATTESTRY_PORT: '0',
      ATTESTRY_LOG_LEVEL: 'error',
      ATTESTRY_RATE_LIMIT_PER_KEY: '0',
      ATTESTRY_RATE_LIMIT_PER_ADDRESS: '0',
    },
  });
  const { url, key } = await readiness(child, join(dataDir, 'cli.json'));
  const get = (path: string): Promise<Response> =>
    fetch(new URL(path, url), { headers: { authorization: `Bearer ${key}` } });
  return {
    url,
    key,
    dataDir,
    get,
    residentMb: () => residentMb(child),
    stop: async ({ keep = false } = {}) => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
      if (!keep) rmSync(join(dataDir, '..'), { recursive: true, force: true });
    },
  };
}

async function readiness(child: ChildProcess, cliPath: string): Promise<{ url: string; key: string }> {
  const deadline = performance.now() + READY_MS_MAX;
  const before = existsSync(cliPath) ? readFileSync(cliPath, 'utf8') : undefined;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (existsSync(cliPath)) {
      const text = readFileSync(cliPath, 'utf8');
      if (text !== before || before === undefined) {
        const { url, key } = JSON.parse(text) as { url: string; key: string };
        const answer = await fetch(new URL('/ready', url)).catch(() => undefined);
        if (answer?.ok) return { url, key };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server was not ready within ${READY_MS_MAX} ms`);
}

function residentMb(child: ChildProcess): number {
  const pages = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m);
  return Number(pages?.[1] ?? 0) / 1024;
}
