import { isOrigin } from '../auth/browser-origins.ts';
import type { Caller } from '../auth/caller.ts';
import { ApiError } from '../errors/api-error.ts';
import { BROWSER_CLAIMS_BYTES_MAX, VIEWER_TOKEN_S_DEFAULT } from '../limits.ts';
import { compileAsked, type FilterInput, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** What a viewer token is made from. */
export interface ViewerTokenInput {
  readonly origin: string;
  readonly filters?: Readonly<Record<string, readonly string[]>>;
  readonly q?: string;
  readonly personal?: boolean;
  readonly ttl_s?: number;
}

/**
 * Makes a token with which pages of one origin show a part of what its key shows.
 *
 * @throws {ApiError} `invalid_request` with the member; `forbidden` for more than the key sees
 */
export async function createViewerToken(
  ops: Operations,
  caller: Caller,
  input: ViewerTokenInput,
): Promise<{ readonly token: string; readonly origin: string; readonly expires_at: string }> {
  const { origin, filters = {}, q, personal = false, ttl_s: lifetimeS = VIEWER_TOKEN_S_DEFAULT } = input;
  if (!isOrigin(origin))
    throw invalid(
      '/origin',
      'must be an origin as browsers write it, e.g. https://app.example.com, without a path.',
    );
  if (caller.tenant !== caller.key.tenant || ops.keys.find(caller.key.id) === undefined)
    throw new ApiError('forbidden', 'A viewer token is made by an API key of the tenant whose log it shows.');
  if (personal && !caller.rights.personal)
    throw new ApiError('forbidden', 'Your key does not see personal data, so its tokens cannot.', {
      path: '/personal',
    });
  await judgeFilters(ops, caller, { ...filters, ...(q === undefined ? {} : { q }) } as FilterInput, personal);
  const claims = { origin, filters, ...(q === undefined ? {} : { q }), personal };
  if (Buffer.byteLength(JSON.stringify(claims)) > BROWSER_CLAIMS_BYTES_MAX)
    throw invalid(
      '/filters',
      `are too long: at most ${BROWSER_CLAIMS_BYTES_MAX} bytes go with every request.`,
    );
  await ops.browserOrigins.note(caller.tenant, origin);
  const { token, expiresAtMs } = ops.viewerTokens.make(caller.key, claims, lifetimeS);
  ops.audit.noteIssued(caller, 'createViewerToken', origin);
  return { token, origin, expires_at: new Date(expiresAtMs).toISOString() };
}

/** A mistake is better told to a backend than to a page. */
async function judgeFilters(
  ops: Operations,
  caller: Caller,
  filters: FilterInput,
  personal: boolean,
): Promise<void> {
  const { view } = caller.rights;
  if (view === undefined || isEmptyView(view))
    throw new ApiError('forbidden', 'Your key sees nothing, so its tokens cannot.');
  await compileAsked(ops.ledger, caller.tenant, toEventFilters(filters, ops.now()), { view, personal });
}

function invalid(path: string, detail: string): ApiError {
  return new ApiError('invalid_request', `${path} ${detail}`, { path });
}
