import type { EventDefaults } from './merge-event.ts';

/** What flows along with asynchronous calls; `AsyncLocalStorage` is one. */
export interface ContextStorage {
  getStore(): EventDefaults | undefined;
  run<Result>(store: EventDefaults, work: () => Result): Result;
}

interface AsyncHooks {
  readonly AsyncLocalStorage: {
    new (): ContextStorage;
    /** Node from 20.5: runs work later in the context of now. */
    snapshot?(): <Result>(work: () => Result) => Result;
  };
}

/** One for the process, whatever number of copies of this package are loaded (ESM and CommonJS are two). */
const STORAGE = Symbol.for('@attestry/client context');

const scope = globalThis as {
  [STORAGE]?: ContextStorage;
  readonly AsyncLocalStorage?: AsyncHooks['AsyncLocalStorage'];
  readonly process?: { getBuiltinModule?(name: string): unknown };
};

/** Of Node from 20.16, Bun, Deno and Workers with Node's modules; elsewhere there is a global, or nothing. */
function asyncHooks(): Partial<AsyncHooks> {
  return (scope.process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined) ?? scope;
}

/**
 * The storage of this runtime, or `undefined` where there is none (browsers). Without a static import, so that bundlers
 * for browsers have nothing to resolve.
 */
export function contextStorage(): ContextStorage | undefined {
  if (scope[STORAGE] === undefined) {
    const { AsyncLocalStorage } = asyncHooks();
    if (AsyncLocalStorage !== undefined) scope[STORAGE] = new AsyncLocalStorage();
  }
  return scope[STORAGE];
}

/** Cloudflare's runtime: what one request has started is not there for another, and ends with it. */
export function endsWithRequests(): boolean {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent === 'Cloudflare-Workers';
}

/**
 * Runs work in the context of now, whoever calls. What is sent later belongs to no request: it must not hold a request's
 * objects, and is no part of its trace.
 */
export function outsideOfRequests(): (work: () => void) => void {
  const snapshot = endsWithRequests() ? undefined : asyncHooks().AsyncLocalStorage?.snapshot?.();
  return snapshot ?? ((work) => work());
}
