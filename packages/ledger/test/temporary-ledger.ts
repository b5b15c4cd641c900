import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditLog, createSeededRandom, incomingEvents } from '@attestry/testkit';
import { onTestFinished } from 'vitest';
import { type EmbeddedLedger, type EmbeddedOptions, openEmbedded } from '../src/embedded.ts';
import type { AppendResult, IncomingEvent, Receipt } from '../src/ingest/incoming-event.ts';
import { nodeCrypto } from '../src/keys/node-crypto.ts';

/** A fresh path for a data folder, removed when the test ends. */
export function temporaryFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'attestry-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'data');
}

/** A ledger without full-text search, closed when the test ends. */
export async function openLedger(
  dataDir: string,
  options: Omit<EmbeddedOptions, 'dataDir'> = {},
): Promise<EmbeddedLedger> {
  const embedded = await openEmbedded({ search: false, ...options, dataDir });
  onTestFinished(() => embedded.close());
  return embedded;
}

/** Events of one tenant; the seed makes them. */
export function events(seed: number, count: number, tenant = 'acme'): readonly IncomingEvent[] {
  return incomingEvents(createSeededRandom(seed), tenant, count);
}

/** The receipts of results that must all be receipts. */
export function receiptsOf(results: readonly AppendResult[]): readonly Receipt[] {
  return results.map((result) => {
    if (result.kind !== 'receipt') throw new Error(`refused: ${result.code} ${result.detail}`);
    return result.receipt;
  });
}

/** Audits a log through an open ledger: whole, and with all of these receipts in it. */
export async function audit(
  embedded: EmbeddedLedger,
  tenant: string,
  receipts: readonly Receipt[],
): Promise<number> {
  const { ledger } = embedded;
  const vkeys = (origin: string): readonly string[] => ledger.vkeys(origin);
  return (await auditLog(ledger, tenant, { crypto: nodeCrypto, vkeys, receipts })).size;
}
