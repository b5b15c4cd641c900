import { readFileSync } from 'node:fs';
import { startServerProcess as launch, type RunningServer } from '@attestry/testkit';

export interface ServerProcess extends Pick<RunningServer, 'url' | 'key' | 'dataDir'> {
  /** Resident memory of the process in MB, from /proc. */
  residentMb(): number;
  get(path: string): Promise<Response>;
  /** Stops the process and removes its folder, or keeps it when asked to. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

/** Starts the real server in a process of its own, as people do, with rate limits off, in a fresh or given folder. */
export async function startServerProcess(
  options: { readonly dataDir?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<ServerProcess> {
  const server = await launch({
    ...options,
    environment: {
      ...options.environment,
      ATTESTRY_LOG_LEVEL: 'error',
      ATTESTRY_RATE_LIMIT_PER_KEY: '0',
      ATTESTRY_RATE_LIMIT_PER_ADDRESS: '0',
    },
  });
  const { url, key, dataDir, pid } = server;
  return {
    url,
    key,
    dataDir,
    get: (path) => fetch(new URL(path, url), { headers: { authorization: `Bearer ${key}` } }),
    residentMb: () => residentMb(pid),
    stop: async ({ keep = false } = {}) => {
      if (keep) await server.stop();
      else await server.remove();
    },
  };
}

function residentMb(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m);
  return Number(pages?.[1] ?? 0) / 1024;
}
