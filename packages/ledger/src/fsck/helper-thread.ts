import { parentPort, workerData } from 'node:worker_threads';
import { checkDetails, DetailCheck, type RecordDetails } from '@attestry/core';
import { nodeCrypto } from '../keys/node-crypto.ts';
import { openReadOnly } from '../read-only.ts';
import { blindIndexes, expectedColumns } from './expected-columns.ts';
import { type SourceBeginning, type SourceHarvest, SqliteVerifySource } from './sqlite-verify-source.ts';

// Entry of a thread that helps a verification: opens the folder for itself and finds the details of chunks of records.

/** What a helper begins with. */
export interface HelperBeginning {
  readonly dataDir: string;
  readonly tenant: string;
  readonly masterKey: string | Uint8Array | undefined;
  readonly signingKeyFile: string | undefined;
  /** Whether query columns are compared. */
  readonly columns: boolean;
  readonly begun: SourceBeginning;
}

/** From the verifier. */
export type HelperOrder =
  | { readonly kind: 'chunk'; readonly from: number; readonly to: number }
  | { readonly kind: 'harvest' }
  | { readonly kind: 'damage'; readonly limit: number }
  | { readonly kind: 'stop' };

/** To the verifier, one for each order but the last, in their order. */
export type HelperAnswer =
  | { readonly kind: 'details'; readonly details: RecordDetails | undefined }
  | { readonly kind: 'harvest'; readonly harvest: SourceHarvest }
  | { readonly kind: 'damage'; readonly damages: readonly string[] | undefined };

const { dataDir, tenant, masterKey, signingKeyFile, columns, begun } = workerData as HelperBeginning;
const ledger = await openReadOnly(dataDir, { masterKey, signingKeyFile });
const source = new SqliteVerifySource(ledger, tenant, { begun });
await source.readState();
const expected = expectedColumns(await blindIndexes(ledger, tenant), (record, members) =>
  source.onWholeEvent(record, members),
);
const check = new DetailCheck(
  nodeCrypto,
  (by, names) => source.readKeys(by, names),
  columns ? expected : undefined,
);

async function answer(order: HelperOrder): Promise<HelperAnswer | undefined> {
  switch (order.kind) {
    case 'chunk':
      return { kind: 'details', details: await attempt(() => checkDetails(source, check, order)) };
    case 'harvest':
      return { kind: 'harvest', harvest: source.harvest() };
    case 'damage':
      return { kind: 'damage', damages: await attempt(async () => source.fileDamage(order.limit)) };
    case 'stop':
      source.close();
      ledger.close();
      parentPort?.close();
      return undefined;
  }
}

/** What fails here the verifier does again itself, and then says what it is. */
async function attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (order: HelperOrder) => {
  last = last.then(async () => {
    const answered = await answer(order);
    if (answered !== undefined) parentPort?.postMessage(answered);
  });
});
