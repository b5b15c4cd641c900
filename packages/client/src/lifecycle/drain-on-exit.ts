import type { Delivery } from '../delivery/delivery.ts';
import type { EventQueue } from '../queue/event-queue.ts';

/** Bodies of requests that outlive their page, all together (Fetch standard, 64 KiB), with room for others. */
const KEEPALIVE_BYTES_MAX = 48_000;

interface NodeProcess {
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  kill(pid: number, signal: string): void;
  listeners(event: string): readonly object[];
  readonly pid: number;
  readonly versions?: { readonly node?: string };
}

/** Marks our own listeners, also those of another copy of this package in the process. */
const OURS = Symbol.for('@attestry/client drain');

interface Page {
  addEventListener(event: string, listener: () => void): void;
  removeEventListener(event: string, listener: () => void): void;
  readonly visibilityState?: string;
}

/**
 * Sends what waits when the process comes to its end or the page is hidden, which may be the last one hears of it.
 *
 * @returns undoes it
 */
export function drainOnExit(delivery: Delivery, queue: EventQueue): () => void {
  const { process, document } = globalThis as { process?: NodeProcess; document?: Page };
  if (document !== undefined && typeof document.addEventListener === 'function')
    return onHidden(delivery, document);
  if (process?.versions?.node !== undefined) return onProcessEnd(delivery, queue, process);
  return () => undefined;
}

function onHidden(delivery: Delivery, page: Page): () => void {
  const listener = (): void => {
    if (page.visibilityState === 'hidden') {
      void delivery.sendNow({ keepalive: true, bytesMax: KEEPALIVE_BYTES_MAX });
    }
  };
  page.addEventListener('visibilitychange', listener);
  return () => page.removeEventListener('visibilitychange', listener);
}

function onProcessEnd(delivery: Delivery, queue: EventQueue, process: NodeProcess): () => void {
  let tried = 0;
  // Comes again after each round of work that it starts, so a server that is away must not keep the process for ever.
  const beforeExit = (): void => {
    if (queue.size === 0 || tried >= 2) return;
    tried += 1;
    void delivery.flush();
  };
  const onSignal = (): void => {
    // An app with a handler of its own ends when it wants to, and calls `close` itself.
    if (process.listeners('SIGTERM').some((listener) => !(OURS in listener))) {
      void delivery.flush();
      return;
    }
    void Promise.race([delivery.flush(), new Promise((resolve) => setTimeout(resolve, 2_000))]).finally(
      () => {
        undo();
        // What would have happened without us, once the last client is done.
        if (process.listeners('SIGTERM').length === 0) process.kill(process.pid, 'SIGTERM');
      },
    );
  };
  Object.assign(onSignal, { [OURS]: true });
  const undo = (): void => {
    process.off('beforeExit', beforeExit);
    process.off('SIGTERM', onSignal);
  };
  process.on('beforeExit', beforeExit);
  process.on('SIGTERM', onSignal);
  return undo;
}
