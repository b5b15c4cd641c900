import { SYSTEM_TENANT } from '../auth/tenants.ts';
import type { Operations } from './operations.ts';

/** State of one part. `degraded` still takes and shows events. */
export interface ComponentState {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly detail?: string;
}

/** Whether the server can take events, part by part. */
export interface Readiness {
  readonly ready: boolean;
  readonly components: Readonly<Record<string, ComponentState>>;
  readonly queue: { readonly size: number; readonly limit: number };
}

/** A follower this far behind answers searches with what it has; it is said, but events are still taken. */
const SEARCH_LAG_EVENTS = 10_000;

async function storeState(ops: Operations): Promise<ComponentState> {
  if (ops.ledger.status().diskFull)
    return { status: 'down', detail: 'full: the disk of the store has no space left' };
  try {
    // A real read through the store: a process that lives over a dead store is not ready.
    await ops.ledger.head(SYSTEM_TENANT);
    return { status: 'ok' };
  } catch {
    // The reason may name paths; it is in the server's log, not on an open route.
    return { status: 'down', detail: 'the store cannot be read' };
  }
}

/** Where a replica answers queries: whether it does. Events are taken without it. */
async function replicaState({ ledger }: Operations): Promise<Readonly<Record<string, ComponentState>>> {
  if (ledger.query.readTo === undefined) return {};
  try {
    const hasBegun = (await ledger.query.readTo(SYSTEM_TENANT)) > 0;
    return {
      replica: hasBegun ? { status: 'ok' } : { status: 'down', detail: 'the replica has no log yet' },
    };
  } catch {
    return { replica: { status: 'down', detail: 'the replica cannot be read, or is none of this database' } };
  }
}

function judgeSearch(lag: number | undefined): ComponentState {
  if (lag === undefined) return { status: 'degraded', detail: 'the full-text index is not open' };
  return lag > SEARCH_LAG_EVENTS ? { status: 'degraded', detail: `${lag} events behind` } : { status: 'ok' };
}

/** Without Redis everything is answered, from the store. */
function cacheState({ cache }: Operations): Readonly<Record<string, ComponentState>> {
  if (cache === undefined) return {};
  return { cache: cache.isUp() ? { status: 'ok' } : { status: 'degraded', detail: 'Redis is away' } };
}

/** Looks at every component, cheaply enough to be asked each second. */
export async function readiness(ops: Operations): Promise<Readiness> {
  const status = ops.ledger.status();
  const [store, replica] = await Promise.all([storeState(ops), replicaState(ops)]);
  const searchState = judgeSearch(status.search?.lagEvents);
  const isFull = status.queue.events >= status.queue.eventsMax;
  const queueState: ComponentState = isFull
    ? { status: 'down', detail: 'the queue is full' }
    : { status: 'ok' };
  return {
    ready: store.status === 'ok' && !isFull,
    components: { store, ...replica, search: searchState, queue: queueState, ...cacheState(ops) },
    queue: { size: status.queue.events, limit: status.queue.eventsMax },
  };
}
