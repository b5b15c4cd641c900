import { OperationalError, type Stores } from '@attestry/ledger';

/** The calls of the stores that can be made to fail. */
export type StoreStep =
  | 'append'
  | 'readHead'
  | 'readRecords'
  | 'readTile'
  | 'readLeafHashes'
  | 'findSeqs'
  | 'ensureKeys'
  | 'ensureIndexKey'
  | 'findKeys'
  | 'putCheckpoint'
  | 'putAdmin';

/**
 * What happens to one call: nothing; it fails without having been applied; it is applied and fails nevertheless; or the
 * process is dead and nothing ever answers.
 */
export type Fault = 'none' | 'not-applied' | 'applied' | 'dead';

/** Decides about each call, in order. */
export type FaultPlan = (step: StoreStep) => Fault;

/**
 * The real stores with faults in front of them. `plan` is asked at every call, so a test can change its mind at any
 * time; the stores behind are never replaced.
 */
export function faultyStores(stores: Stores, plan: FaultPlan): Stores {
  const inject = async <T>(step: StoreStep, call: () => Promise<T>): Promise<T> => {
    const fault = plan(step);
    if (fault === 'dead') return new Promise<T>(() => undefined);
    if (fault === 'not-applied') throw injected(step, fault);
    const result = await call();
    if (fault === 'applied') throw injected(step, fault);
    return result;
  };
  const { ledger, checkpoints, keys, admin } = stores;
  return {
    ...stores,
    ledger: {
      listHeads: () => ledger.listHeads(),
      readHead: (tenant) => inject('readHead', () => ledger.readHead(tenant)),
      append: (batches) => inject('append', () => ledger.append(batches)),
      readRecords: (tenant, from, to) => inject('readRecords', () => ledger.readRecords(tenant, from, to)),
      findSeqs: (tenant, ids) => inject('findSeqs', () => ledger.findSeqs(tenant, ids)),
      readTile: (tenant, level, index) => inject('readTile', () => ledger.readTile(tenant, level, index)),
      readLeafHashes: (tenant, from, to) =>
        inject('readLeafHashes', () => ledger.readLeafHashes(tenant, from, to)),
    },
    checkpoints: {
      list: (tenant, range) => checkpoints.list(tenant, range),
      put: (tenant, checkpoint, fence) =>
        inject('putCheckpoint', () => checkpoints.put(tenant, checkpoint, fence)),
    },
    keys: {
      findByKid: (tenant, kids) => keys.findByKid(tenant, kids),
      lostIndexKeys: () => keys.lostIndexKeys(),
      ensure: (tenant, offered) => inject('ensureKeys', () => keys.ensure(tenant, offered)),
      ensureIndexKey: (tenant, offered) =>
        inject('ensureIndexKey', () => keys.ensureIndexKey(tenant, offered)),
      findBySubject: (tenant, indexes) => inject('findKeys', () => keys.findBySubject(tenant, indexes)),
    },
    admin: {
      list: (kind, tenant) => admin.list(kind, tenant),
      get: (kind, tenant, id) => admin.get(kind, tenant, id),
      remove: (kind, tenant, id) => admin.remove(kind, tenant, id),
      put: (row, expectedRevision) => inject('putAdmin', () => admin.put(row, expectedRevision)),
    },
  };
}

function injected(step: StoreStep, fault: Fault): OperationalError {
  return new OperationalError('injected', `injected fault: ${step} ${fault}`);
}
