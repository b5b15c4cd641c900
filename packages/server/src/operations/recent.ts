import type { EventView } from '@attestry/core';
import type { Caller } from '../auth/caller.ts';
import { RECENT_EVENTS_MAX, RECENT_MS } from '../limits.ts';
import { compileAsked, isEmptyView } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** What an actor did lately, newest first. */
export interface Recent {
  readonly actor: string;
  readonly events: readonly EventView[];
}

/**
 * The last events of an actor within a day.
 *
 * @throws {ApiError} `forbidden` for who may not see personal data
 */
export async function recent(
  ops: Operations,
  caller: Caller,
  input: { readonly actor: string; readonly limit?: number | undefined },
): Promise<Recent> {
  const { actor, limit = RECENT_EVENTS_MAX } = input;
  const { view, personal } = caller.rights;
  ops.audit.noteRead(caller, 'audit_log.searched', 'recent', ['actor']);
  if (view === undefined || isEmptyView(view)) return { actor, events: [] };
  const filters = { actor: [actor], from: ops.now() - RECENT_MS };
  const query = await compileAsked(ops.ledger, caller.tenant, filters, { view, personal });
  const { rows } = await ops.metrics.time('recent', () =>
    ops.ledger.query.page(query, { order: 'desc', limit }),
  );
  return { actor, events: await ops.ledger.readEvents(caller.tenant, rows, { personal }) };
}
