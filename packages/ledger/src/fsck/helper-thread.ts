import { parentPort, workerData } from 'node:worker_threads';
import { checkDetails, DetailCheck } from '@attestry/core';
import { nodeCrypto } from '../keys/node-crypto.ts';
import { openReadOnly } from '../read-only.ts';
import { blindIndexes, expectedColumns } from './expected-columns.ts';
import type { HelperAnswer, HelperBeginning, HelperOrder } from './helper-orders.ts';

// Entry of a thread that helps a verification: opens the store for itself and finds the details of chunks of records.

const { place, tenant, columns, begun } = workerData as HelperBeginning;
const ledger = await openReadOnly(place.dataDir, place);
const source = await ledger.openLogSource(tenant, { begun });
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
      return { kind: 'damage', damages: await attempt(() => source.fileDamage(order.limit)) };
    case 'stop':
      await source.close();
      await ledger.close();
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
