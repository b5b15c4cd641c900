import { normalizeEvent } from '@attestry/core';
import type { EmbeddedLedger } from '@attestry/ledger';
import { prepareLoad } from './load/start-load.ts';
import type { ServerProcess } from './server-process.ts';
import { workload } from './workload/events.ts';

/** Events of one call, and rows of one transaction of the baseline. */
export const APPEND_BATCH = 500;
const EVENT_BYTES = 1_024;
const START_MS = Date.UTC(2026, 0, 1);
/** Batches handed to the ledger at once: what four connections of an API would do. */
const LANES = 4;

export interface InProcess {
  readonly seconds: number;
  /** CPU of all threads of this process per event. */
  readonly cpuUs: number;
}

/** Appends events of 1 KB to the log of tenant `bench` from texts, as an app within this process would. */
export async function appendInProcess({ ledger }: EmbeddedLedger, events: number): Promise<InProcess> {
  const event = workload({ seed: 1, eventBytes: EVENT_BYTES, actors: 2_000, startMs: START_MS });
  const texts = Array.from({ length: events }, (_, n) => JSON.stringify(event(n)));
  await ledger.createLog('bench');
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < events) {
      const at = next;
      next += APPEND_BATCH;
      const incoming = texts.slice(at, at + APPEND_BATCH).map((text) => {
        const result = normalizeEvent(JSON.parse(text), {
          tenantId: 'bench',
          nowMs: Date.now(),
          newId: () => crypto.randomUUID(),
        });
        if (!result.ok) throw new Error(`event refused: ${JSON.stringify(result.problems)}`);
        return result;
      });
      const results = await ledger.append('bench', incoming);
      if (results.some((result) => result.kind !== 'receipt')) throw new Error('an event was refused');
    }
  };
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return { seconds, cpuUs: (cpu.user + cpu.system) / events };
}

/**
 * Posts the same events in batches from another process.
 *
 * @returns seconds
 */
export async function appendOverHttp(
  { url, key }: Pick<ServerProcess, 'url' | 'key'>,
  events: number,
): Promise<number> {
  const go = await prepareLoad({
    url,
    key,
    events,
    batch: APPEND_BATCH,
    connections: LANES,
    eventBytes: EVENT_BYTES,
    seed: 2,
    startMs: START_MS,
  });
  const result = await go();
  if (result.accepted !== events) throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
  return result.seconds;
}
