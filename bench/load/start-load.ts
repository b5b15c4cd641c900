import { type ChildProcess, fork } from 'node:child_process';
import type { LoadResult } from './batch-client.ts';

export interface LoadOptions {
  readonly url: string;
  readonly key: string;
  readonly events: number;
  /** Events per request; 1 sends bare events. */
  readonly batch: number;
  readonly connections: number;
  readonly eventBytes: number;
  readonly seed: number;
  readonly startMs: number;
  /** Servers over which the connections are spread; only `url` when absent. */
  readonly nodes?: readonly string[];
  /** Keys that send one request after the other, of as many tenants; only `key` when absent. */
  readonly keys?: readonly string[];
}

/** Prepares a load process and returns a function that lets it go and gives its result. */
export async function prepareLoad(options: LoadOptions): Promise<() => Promise<LoadResult>> {
  const child = fork(new URL('./batch-client.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = nextMessage(child);
  child.send(options);
  await ready;
  return async () => {
    const result = nextMessage(child);
    child.send('go');
    return (await result) as LoadResult;
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`load process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
