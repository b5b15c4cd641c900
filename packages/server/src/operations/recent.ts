import type { EventView } from '@attestry/core';
import type { EventPage, LogHead } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { RECENT_EVENTS_MAX, RECENT_MS } from '../limits.ts';
import { compileAsked, isEmptyView } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** What an actor did lately, newest first. */
export interface Recent {
  readonly actor: string;
  readonly events: readonly EventView[];
}

interface Asked {
  readonly actor: string;
  readonly limit?: number | undefined;
}

/**
 * The last events of an actor within a day: from the cache, where there is one and the caller may see all of them, else
 * from the store. Both give the same answer.
 *
 * @throws {ApiError} `forbidden` for who may not see personal data
 */
export async function recent(ops: Operations, caller: Caller, input: Asked): Promise<Recent> {
  const { actor, limit = RECENT_EVENTS_MAX } = input;
  ops.audit.noteRead(caller, 'audit_log.searched', 'recent', ['actor']);
  const { view } = caller.rights;
  if (view === undefined || isEmptyView(view)) return { actor, events: [] };
  const events = await ops.metrics.time('recent', () => find(ops, caller, { actor, limit }));
  return { actor, events };
}

async function find(
  ops: Operations,
  caller: Caller,
  { actor, limit }: { readonly actor: string; readonly limit: number },
): Promise<readonly EventView[]> {
  const { tenant } = caller;
  const cache = seesAllOf(caller, actor) ? ops.cache?.recent : undefined;
  // Before anything is looked up: what is recorded from here on is found the next time.
  const head = cache === undefined ? undefined : await ops.ledger.head(tenant);
  if (cache === undefined || head === undefined) return (await ask(ops, caller, { actor, limit })).events;
  const cached = await cache.read(head, actor, limit);
  if (cached !== undefined) return cached;
  const { page, events } = await ask(ops, caller, { actor, limit: RECENT_EVENTS_MAX });
  await cache.keep(head.origin, actor, reachOf(head, page), page.rows);
  return events.slice(0, limit);
}

/** A replica may not have received all that the log holds. */
function reachOf({ size }: LogHead, { readTo }: EventPage): number {
  return Math.min(size, readTo ?? size);
}

/** Whoever sees a part of an actor's events, or without their names, is answered by the store. */
function seesAllOf({ rights: { seesAll, personal, view } }: Caller, actor: string): boolean {
  const isOwn = view !== undefined && Object.keys(view).length === 1 && view.actor === actor;
  return personal && (seesAll || isOwn);
}

async function ask(
  ops: Operations,
  { tenant, rights }: Caller,
  { actor, limit }: { readonly actor: string; readonly limit: number },
): Promise<{ readonly page: EventPage; readonly events: readonly EventView[] }> {
  const { view, personal } = rights;
  const filters = { actor: [actor], from: ops.now() - RECENT_MS };
  const query = await compileAsked(ops.ledger, tenant, filters, { view: view ?? {}, personal });
  const page = await ops.ledger.query.page(query, { order: 'desc', limit });
  return { page, events: await ops.ledger.readEvents(tenant, page.rows, { personal }) };
}
