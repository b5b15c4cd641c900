import { normalizeEvent } from '@attestry/core';
import { isOrigin } from '../auth/browser-origins.ts';
import type { BrowserActor } from '../auth/browser-token.ts';
import type { Caller } from '../auth/caller.ts';
import { isTypeWithin } from '../auth/granting.ts';
import { ApiError } from '../errors/api-error.ts';
import { BROWSER_CLAIMS_BYTES_MAX, BROWSER_TOKEN_S_DEFAULT } from '../limits.ts';
import { newEventId } from './event-ids.ts';
import type { Operations } from './operations.ts';

/** What a token is made from. */
export interface BrowserTokenInput {
  readonly origin: string;
  readonly actor?: BrowserActor;
  readonly context?: object;
  readonly metadata?: object;
  readonly types?: readonly string[];
  readonly ttl_s?: number;
}

/** A token as its backend gets it, to hand it to the page. */
export interface NewBrowserToken {
  readonly token: string;
  readonly origin: string;
  readonly expires_at: string;
}

function invalid(path: string, detail: string): ApiError {
  return new ApiError('invalid_request', `${path === '' ? 'The token' : path} ${detail}`, { path });
}

/**
 * Makes a token for the pages of one origin.
 *
 * @throws {ApiError} `invalid_request` with the member; `conflict` for too many origins; `forbidden` for a session
 */
export async function createBrowserToken(
  ops: Operations,
  caller: Caller,
  input: BrowserTokenInput,
): Promise<NewBrowserToken> {
  const { origin, actor, context, metadata, types, ttl_s: lifetimeS = BROWSER_TOKEN_S_DEFAULT } = input;
  // The token would live on when the session has ended.
  if (caller.session !== undefined)
    throw new ApiError('forbidden', 'Browser tokens are made by API keys, not by sessions of the console.');
  if (!isOrigin(origin))
    throw invalid(
      '/origin',
      'must be an origin as browsers write it, e.g. https://app.example.com, without a path.',
    );
  judgeEvents(caller, input, ops.now());
  judgeBounds(caller, input);
  const defaults =
    context === undefined && metadata === undefined
      ? {}
      : {
          defaults: {
            ...(context === undefined ? {} : { context }),
            ...(metadata === undefined ? {} : { metadata }),
          },
        };
  const claims = {
    origin,
    ...(actor === undefined ? {} : { actor }),
    ...defaults,
    ...(types === undefined ? {} : { types }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(claims));
  if (bytes > BROWSER_CLAIMS_BYTES_MAX)
    throw invalid(
      '',
      `would hold ${bytes} bytes of actor, context, metadata and types; at most ${BROWSER_CLAIMS_BYTES_MAX} go with every request.`,
    );
  await ops.browserOrigins.note(caller.tenant, origin);
  const { token, expiresAtMs } = ops.browserTokens.make(caller.key, claims, lifetimeS);
  ops.audit.noteIssued(caller, 'createBrowserToken', origin);
  return { token, origin, expires_at: new Date(expiresAtMs).toISOString() };
}

/** What the token adds must fit into every event: better said here than to a page. */
function judgeEvents(caller: Caller, { actor, context, metadata }: BrowserTokenInput, nowMs: number): void {
  const event = {
    type: 'frontend.error',
    ...(actor === undefined ? {} : { actor }),
    ...(context === undefined ? {} : { context }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const outcome = normalizeEvent(event, { tenantId: caller.tenant, nowMs, newId: newEventId });
  const [problem] = outcome.ok ? [] : outcome.problems;
  if (problem !== undefined)
    throw new ApiError('invalid_request', problem.detail, {
      path: problem.path,
      errors: [{ code: problem.code, path: problem.path, detail: problem.detail }],
    });
  if (metadata !== undefined && 'source' in metadata)
    throw invalid('/metadata/source', 'is set by the server: it says that an event came from a page.');
}

/** A token that could send nothing would be found out by visitors. */
function judgeBounds(caller: Caller, { context, types = [] }: BrowserTokenInput): void {
  const { bounds } = caller.key;
  const project = (context as { project_id?: string } | undefined)?.project_id;
  if (bounds.projects !== undefined && (project === undefined || !bounds.projects.includes(project)))
    throw invalid(
      '/context/project_id',
      `must be one of ${bounds.projects.join(', ')}, which the key is bound to.`,
    );
  const outer = bounds.types;
  if (outer === undefined) return;
  const outside = types.findIndex((type) => !outer.some((own) => isTypeWithin(type, own)));
  if (outside >= 0)
    throw invalid(`/types/${outside}`, `is none of the types that the key is bound to: ${outer.join(', ')}.`);
}
