import { hexToBytes, isFinding, portableCrypto, type VerificationReport, verifyLog } from '@attestry/core';
import { HttpVerifySource } from './http-verify-source.ts';

/** What is verified, and what this browser remembers of the log. */
export interface VerifyOrder {
  readonly tenant: string;
  readonly origin: string;
  readonly from?: number;
  readonly to?: number;
  readonly vkey?: string;
  readonly lastSeen?: { readonly size: number; readonly root: string };
}

/** What the worker tells while it works. */
export type VerifyNews =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly findings: number }
  | { readonly kind: 'report'; readonly report: VerificationReport }
  | { readonly kind: 'failed'; readonly message: string };

/** How often progress is told: often enough to be smooth, seldom enough to cost nothing. */
const TELL_MS = 100;

const tell = (news: VerifyNews): void => postMessage(news);

async function verify(order: VerifyOrder): Promise<void> {
  const { tenant, origin, from, to, vkey, lastSeen } = order;
  const walk = verifyLog(new HttpVerifySource(tenant), {
    crypto: portableCrypto,
    now: () => Date.now(),
    origin,
    depth: 'records',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(vkey === undefined ? {} : { vkey }),
    ...(lastSeen === undefined ? {} : { lastSeen: { size: lastSeen.size, root: hexToBytes(lastSeen.root) } }),
  });
  let findings = 0;
  let toldAt = 0;
  for (;;) {
    const { done, value } = await walk.next();
    if (done === true) {
      tell({ kind: 'report', report: value });
      return;
    }
    if (isFinding(value)) findings += 1;
    else if (
      value.kind === 'progress' &&
      (performance.now() - toldAt > TELL_MS || value.done === value.total)
    ) {
      toldAt = performance.now();
      tell({ kind: 'progress', done: value.done, total: value.total, findings });
    }
  }
}

addEventListener('message', (event: MessageEvent<VerifyOrder>) => {
  verify(event.data).catch((error: unknown) => {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
