import type { EventDefaults } from './merge-event.ts';

/** What flows along with asynchronous calls; `AsyncLocalStorage` is one. */
export interface ContextStorage {
  getStore(): EventDefaults | undefined;
  run<Result>(store: EventDefaults, work: () => Result): Result;
}

type AsyncHooks = { AsyncLocalStorage: new () => ContextStorage };

let shared: ContextStorage | undefined;

/**
 * The storage of this runtime, or `undefined` where there is none (browsers). Without a static import, so that bundlers
 * for browsers have nothing to resolve.
 */
export function contextStorage(): ContextStorage | undefined {
  if (shared !== undefined) return shared;
  const { process, AsyncLocalStorage } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
    AsyncLocalStorage?: AsyncHooks['AsyncLocalStorage'];
  };
  const hooks = process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined;
  const Storage = hooks?.AsyncLocalStorage ?? AsyncLocalStorage;
  if (Storage !== undefined) shared = new Storage();
  return shared;
}
