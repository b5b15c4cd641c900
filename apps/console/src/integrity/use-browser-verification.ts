import type { VerificationReport } from '@attestry/core';
import { useEffect, useRef, useState } from 'react';
import type { LogIdentity } from '../api/session.ts';
import { noteDamage, withVerification } from './found-damage.ts';
import { recallLog, rememberLog } from './log-memory.ts';
import type { VerifyNews, VerifyOrder } from './verify-worker.ts';

/** A verification by this browser: not begun, under way, or over. */
export type BrowserVerification =
  | { readonly kind: 'idle' | 'cancelled' }
  | {
      readonly kind: 'running';
      readonly done: number;
      readonly total: number;
      readonly findings: number;
      readonly startedAt: number;
    }
  | { readonly kind: 'done'; readonly report: VerificationReport }
  | { readonly kind: 'failed'; readonly message: string };

interface Control {
  readonly state: BrowserVerification;
  readonly start: (range: { readonly from?: number; readonly to?: number }) => void;
  readonly cancel: () => void;
}

/** Verifies in a worker, so that the page stays as quick as ever. */
export function useBrowserVerification(tenant: string, log: LogIdentity): Control {
  const [state, setState] = useState<BrowserVerification>({ kind: 'idle' });
  const worker = useRef<Worker>(undefined);
  useEffect(() => () => worker.current?.terminate(), []);
  const start: Control['start'] = (range) => {
    worker.current?.terminate();
    const memory = recallLog(log);
    const startedAt = performance.now();
    const running = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' });
    worker.current = running;
    setState({ kind: 'running', done: 0, total: 0, findings: 0, startedAt });
    running.onmessage = ({ data }: MessageEvent<VerifyNews>) => {
      if (data.kind === 'progress') {
        setState({ startedAt, ...data, kind: 'running' });
        return;
      }
      running.terminate();
      if (data.kind === 'failed') {
        setState(data);
        return;
      }
      rememberLog(log, data.report);
      // The seal and every page say at once what was found here.
      noteDamage(log.origin, (found) => withVerification(found, data.report));
      setState({ kind: 'done', report: data.report });
    };
    running.onerror = (event) => setState({ kind: 'failed', message: event.message });
    const order: VerifyOrder = { tenant, origin: log.origin, ...memory, ...range };
    running.postMessage(order);
  };
  const cancel = (): void => {
    worker.current?.terminate();
    setState({ kind: 'cancelled' });
  };
  return { state, start, cancel };
}
