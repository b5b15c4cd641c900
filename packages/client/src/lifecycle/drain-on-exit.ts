import { CLOSE_DEADLINE_MS } from '../limits.ts';

/** Bodies of requests that outlive their page, all together (Fetch standard, 64 KiB), with room for others. */
const KEEPALIVE_BYTES_MAX = 48_000;

/** What has to be done for a client when the process or the page ends. */
export interface Drainable {
  /** Sends what waits; the client goes on. */
  drain(deadlineMs: number): Promise<unknown>;
  /** The same, and the client ends. */
  close(): Promise<unknown>;
  /** There is no time for anything asynchronous. */
  end(): void;
  /** Sends what a hidden page may still send. */
  sendNow(bytesMax: number): Promise<unknown>;
}

interface NodeProcess {
  on(event: string, listener: () => void): void;
  prependListener(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  kill(pid: number, signal: string): void;
  listenerCount(event: string): number;
  readonly pid: number;
  readonly __signal_exit_emitter__?: SignalExit;
}

/** The package `signal-exit`, in many tools, listens as we do: to look on, not to keep the process. */
interface SignalExit {
  /** Of its listeners for each signal. */
  readonly count?: number;
}

interface Page {
  addEventListener(event: string, listener: () => void): void;
  removeEventListener(event: string, listener: () => void): void;
  readonly visibilityState?: string;
}

/** Where its version 4 is known; version 3 is a member of the process. */
const SIGNAL_EXIT = Symbol.for('signal-exit emitter');

/** All clients of the process that want it, also those of another copy of this package. */
const CLIENTS = Symbol.for('@attestry/client drain');

/**
 * Sends what waits when the process comes to its end or the page is hidden, which may be the last one hears of it.
 *
 * @returns undoes it
 */
export function drainOnExit(client: Drainable): () => void {
  const scope = globalThis as { process?: NodeProcess; document?: Page; [CLIENTS]?: Set<Drainable> };
  const { process, document } = scope;
  if (typeof document?.addEventListener === 'function') {
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') void client.sendNow(KEEPALIVE_BYTES_MAX);
    };
    document.addEventListener('visibilitychange', onHidden);
    return () => document.removeEventListener('visibilitychange', onHidden);
  }
  if (process?.on === undefined) return () => undefined;
  // One listener each for all clients: the process warns of more than ten.
  scope[CLIENTS] ??= drainAtEnd(process);
  const clients = scope[CLIENTS];
  clients.add(client);
  return () => clients.delete(client);
}

function drainAtEnd(process: NodeProcess): Set<Drainable> {
  const clients = new Set<Drainable>();
  const each = (work: (client: Drainable) => unknown): Promise<unknown> =>
    Promise.all([...clients].map(work));
  let isTried = false;
  process.on('beforeExit', () => {
    // Comes again when the drain is done; a server that is away must not keep the process for ever.
    if (!isTried) void each((client) => client.drain(CLOSE_DEADLINE_MS));
    isTried = !isTried;
  });
  process.on('exit', () => void each((client) => client.end()));
  const listenFor = (signal: 'SIGTERM' | 'SIGINT'): void => {
    let isEnding = false;
    const endNow = (): void => {
      process.off(signal, onSignal);
      // What would have happened without us.
      process.kill(process.pid, signal);
    };
    const onSignal = (): void => {
      const { [SIGNAL_EXIT]: newer } = globalThis as { readonly [SIGNAL_EXIT]?: SignalExit };
      const lookingOn = (newer?.count ?? 0) + (process.__signal_exit_emitter__?.count ?? 0);
      if (process.pid === 1 || process.listenerCount(signal) > 1 + lookingOn) {
        // An app with a handler of its own ends when it wants to, and calls `close` itself. The first process of a container
        // without one goes on: for it the signal does nothing.
        void each((client) => client.drain(CLOSE_DEADLINE_MS));
        return;
      }
      // Who asks a second time does not want to wait.
      if (isEnding) void each((client) => client.end()).finally(endNow);
      else void each((client) => client.close()).finally(endNow);
      isEnding = true;
    };
    // Before those of the app: one that listens once is not there any more when it has been called.
    process.prependListener(signal, onSignal);
  };
  listenFor('SIGTERM');
  listenFor('SIGINT');
  return clients;
}
