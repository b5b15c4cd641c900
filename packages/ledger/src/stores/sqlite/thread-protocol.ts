import { parentPort } from 'node:worker_threads';
import { type ErrorMessage, packError } from './store-error.ts';

/** A call on its way to a thread. `args` are what structured clone can carry. */
export interface CallMessage {
  readonly callId: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Its answer. `callId` 0 is the thread's word that it is ready, or why it could not start. */
export type AnswerMessage =
  | { readonly callId: number; readonly value: unknown }
  | { readonly callId: number; readonly error: ErrorMessage };

/** The methods a thread offers, by name. */
export type ThreadMethods = Readonly<Record<string, (...args: never[]) => unknown>>;

/**
 * Runs the thread's side: builds the methods, says so, then answers calls one after the other in the order they were
 * sent. Method `close` ends the thread after its answer.
 */
export function serveThread(build: () => ThreadMethods): void {
  const port = parentPort;
  if (port === null) throw new Error('this file is the entry of a worker thread');
  const answer = (message: AnswerMessage): void => port.postMessage(message);
  let methods: ThreadMethods;
  try {
    methods = build();
  } catch (error) {
    answer({ callId: 0, error: packError(error) });
    port.close();
    return;
  }
  port.on('message', ({ callId, method, args }: CallMessage) => {
    try {
      const call = methods[method] as ((...args: readonly unknown[]) => unknown) | undefined;
      if (call === undefined) throw new Error(`thread has no method ${method}`);
      answer({ callId, value: call(...args) });
    } catch (error) {
      answer({ callId, error: packError(error) });
    }
    if (method === 'close') port.close();
  });
  answer({ callId: 0, value: undefined });
}
