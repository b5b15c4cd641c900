import { parseQuery } from '@attestry/core/query-language';
import { auditActor } from '../audit/self-audit.ts';
import type { Caller } from '../auth/caller.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import type { SavedSearch } from '../searches/saved-searches.ts';
import type { Operations } from './operations.ts';

/** A saved search as it is shown. */
export interface SavedSearchView {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly shared: boolean;
  readonly owner: { readonly id: string; readonly name: string };
  /** The caller may change it. */
  readonly editable: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface SavedSearchInput {
  readonly name: string;
  readonly query: string;
  readonly shared?: boolean;
}

/** Own searches, and those that others share and that the caller may make. */
export async function listSavedSearches(
  ops: Operations,
  caller: Caller,
): Promise<{ readonly searches: readonly SavedSearchView[] }> {
  const searches = await ops.savedSearches.list(caller.tenant);
  return {
    searches: searches.filter((search) => isVisible(caller, search)).map((search) => viewOf(caller, search)),
  };
}

export async function getSavedSearch(ops: Operations, caller: Caller, id: string): Promise<SavedSearchView> {
  return viewOf(caller, await visible(ops, caller, id));
}

export async function createSavedSearch(
  ops: Operations,
  caller: Caller,
  { name, query, shared = false }: SavedSearchInput,
): Promise<SavedSearchView> {
  const { id: owner, name: ownerName } = caller.key;
  const search = await ops.savedSearches.add(caller.tenant, { name, query, shared, owner, ownerName });
  await record(ops, caller, search.id, 'create');
  return viewOf(caller, search);
}

export async function changeSavedSearch(
  ops: Operations,
  caller: Caller,
  id: string,
  { name, query, shared = false }: SavedSearchInput,
): Promise<SavedSearchView> {
  assertEditable(caller, await visible(ops, caller, id));
  const search = await ops.savedSearches.change(caller.tenant, id, { name, query, shared });
  await record(ops, caller, id, 'update');
  return viewOf(caller, search);
}

export async function removeSavedSearch(ops: Operations, caller: Caller, id: string): Promise<void> {
  assertEditable(caller, await visible(ops, caller, id));
  await ops.savedSearches.remove(caller.tenant, id);
  await record(ops, caller, id, 'delete');
}

async function visible(ops: Operations, caller: Caller, id: string): Promise<SavedSearch> {
  const search = await ops.savedSearches.get(caller.tenant, id);
  if (search === undefined || !isVisible(caller, search)) throw notFound(`Saved search ${id}`);
  return search;
}

/** A search that compares who somebody is tells it to whoever reads the search. */
function isVisible(caller: Caller, search: SavedSearch): boolean {
  if (search.owner === caller.key.id) return true;
  return search.shared && (caller.rights.personal || !namesPersons(search.query));
}

const OF_PERSONS: ReadonlySet<string> = new Set(['actor', 'actor_email', 'ip', 'session', 'target']);

function namesPersons(query: string): boolean {
  const parameters = new URLSearchParams(query);
  const names = [...parameters.keys()];
  // Words may be a name too.
  const isText = parameters.getAll('q').some((q) => parseQuery(q).terms.some(({ kind }) => kind === 'text'));
  const fields = parameters
    .getAll('q')
    .flatMap((q) => parseQuery(q).terms.flatMap((term) => (term.kind === 'field' ? [term.field] : [])));
  return isText || [...names, ...fields].some((name) => OF_PERSONS.has(name));
}

function isEditable(caller: Caller, { owner }: SavedSearch): boolean {
  return owner === caller.key.id || caller.rights.scopes.has('admin');
}

function assertEditable(caller: Caller, search: SavedSearch): void {
  if (!isEditable(caller, search))
    throw new ApiError('forbidden', 'A shared search is changed by its owner, or with the scope admin.');
}

function viewOf(caller: Caller, search: SavedSearch): SavedSearchView {
  const { id, name, query, shared, owner, ownerName, createdAtMs, updatedAtMs } = search;
  return {
    id,
    name,
    query,
    shared,
    owner: { id: owner, name: ownerName },
    editable: isEditable(caller, search),
    created_at: new Date(createdAtMs).toISOString(),
    updated_at: new Date(updatedAtMs).toISOString(),
  };
}

/** Without the search itself, which may name persons. */
async function record(ops: Operations, caller: Caller, id: string, verb: string): Promise<void> {
  const { actor, personal } = auditActor(caller.key, caller.address);
  await ops.audit.record(caller.tenant, {
    type: 'settings.updated',
    actor,
    action: { verb, status: 'success' },
    target: { type: 'saved_search', id },
    context: { service: 'attestry' },
    ...(personal.length === 0 ? {} : { personal }),
  });
}
