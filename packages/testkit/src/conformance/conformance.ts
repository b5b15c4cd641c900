import { describeEventQueryStore } from './event-query-suite.ts';
import { describeLedgerStore } from './ledger-store-suite.ts';
import { describeAdminStore, describeCheckpointStore, describeKeyStore } from './settings-store-suite.ts';
import type { OpenLedgerStores, OpenStores } from './store-fixture.ts';

export { describeEventQueryStore } from './event-query-suite.ts';
export { LinkedLog, type UnlinkedRecord } from './linked-log.ts';
export { SAMPLE, sampleBlind, sampleEvent } from './sample-events.ts';
export { SeededRandom } from './seeded-random.ts';
export type {
  LedgerStoresUnderTest,
  OpenLedgerStores,
  OpenStores,
  StoresUnderTest,
} from './store-fixture.ts';
export { describeTextSearch, type SearchUnderTest } from './text-search-suite.ts';

/** Runs every suite of the ports on one engine; call it at the top of a test file. */
export function describeStores(engine: string, open: OpenStores): void {
  describeLedgerStores(engine, open);
  describeEventQueryStore(engine, open);
}

/** Runs the suites of all ports but that of queries. */
export function describeLedgerStores(engine: string, open: OpenLedgerStores): void {
  describeLedgerStore(engine, open);
  describeCheckpointStore(engine, open);
  describeKeyStore(engine, open);
  describeAdminStore(engine, open);
}
