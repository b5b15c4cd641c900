import { hash } from 'node:crypto';
import { auditActor } from '../audit/self-audit.ts';
import type { ApiKey } from '../auth/api-key.ts';
import { endedFlowCookie, flowCookie, readFlow } from '../auth/oidc/flow-cookie.ts';
import {
  type Claims,
  type IdentityProvider,
  ProviderAwayError,
  SignInRefusedError,
} from '../auth/oidc/identity-provider.ts';
import type { OidcConfig } from '../auth/oidc/oidc-config.ts';
import { claimAt, matchRule, type RoleRule } from '../auth/oidc/role-rules.ts';
import { safePage } from '../auth/oidc/safe-page.ts';
import { SYSTEM_TENANT } from '../auth/tenants.ts';
import { ApiError } from '../errors/api-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { KEY_NAME_CHARS_MAX, SUBJECT_CHARS_MAX } from '../limits.ts';
import type { Operations } from './operations.ts';
import { type SignedIn, signIn } from './sign-in.ts';

/** A browser on its way to the identity provider or back. */
export interface OidcVisit {
  readonly address: string;
  readonly secure: boolean;
  /** Query of the address, with its question mark; empty when there is none. */
  readonly search: string;
  /** The header `Cookie`. */
  readonly cookies: string | undefined;
}

/** What the sign-in page is told, so that it can say it in the words of the reader. */
export type OidcProblem = 'unavailable' | 'expired' | 'cancelled' | 'failed' | 'no_access';

const ERROR_CODES: Readonly<Record<OidcProblem, ErrorCode>> = {
  unavailable: 'unavailable',
  expired: 'unauthenticated',
  cancelled: 'unauthenticated',
  failed: 'unauthenticated',
  no_access: 'forbidden',
};

/**
 * An answer for programs, which browsers leave for the sign-in page at once.
 *
 * @param next the page that was asked for
 */
function refusal(
  problem: OidcProblem,
  detail: string,
  about: { readonly next: string; readonly secure: boolean; readonly cause?: unknown },
): ApiError {
  const query = new URLSearchParams({ problem, ...(about.next === '/' ? {} : { next: about.next }) });
  return new ApiError(ERROR_CODES[problem], detail, {
    headers: { refresh: `0; url=/sign-in?${query}`, 'set-cookie': endedFlowCookie(about.secure) },
    ...(problem === 'unavailable' ? { retryAfterS: 5 } : {}),
    ...(about.cause === undefined ? {} : { cause: about.cause }),
  });
}

function providerOf({ oidc }: Operations): NonNullable<Operations['oidc']> {
  if (oidc === undefined)
    throw new ApiError('not_found', 'This server has no identity provider; sign in with an API key.');
  return oidc;
}

/**
 * Sends a browser to the identity provider.
 *
 * @throws {ApiError} `not_found` without one, `unavailable` while it is away
 */
export async function beginOidc(
  ops: Operations,
  { search, secure }: OidcVisit,
): Promise<{ readonly url: string; readonly cookie: string }> {
  const { provider, flowKey } = providerOf(ops);
  const next = safePage(new URLSearchParams(search).get('next'));
  try {
    const { url, secrets } = await provider.begin();
    const flow = { ...secrets, next, begunAtMs: ops.now() };
    return { url: url.href, cookie: flowCookie(flowKey, flow, secure) };
  } catch (error) {
    if (!(error instanceof ProviderAwayError)) throw error;
    throw away(provider, { next, secure, cause: error });
  }
}

function away(
  { config }: IdentityProvider,
  about: { readonly next: string; readonly secure: boolean; readonly cause: unknown },
): ApiError {
  const detail = `The identity provider ${config.issuer.host} cannot be reached; try again, or sign in with an API key.`;
  return refusal('unavailable', detail, about);
}

/** Takes a browser back from the identity provider and begins a session. */
export async function finishOidc(
  ops: Operations,
  { address, search, secure, cookies }: OidcVisit,
): Promise<{ readonly signedIn: SignedIn; readonly next: string; readonly cookie: string }> {
  const { provider, flowKey } = providerOf(ops);
  const flow = readFlow(flowKey, cookies, { secure, nowMs: ops.now() });
  if (flow === undefined) {
    const detail = 'This sign-in was not begun in this browser, or too long ago; sign in again.';
    throw refusal('expired', detail, { next: '/', secure });
  }
  const { next } = flow;
  let claims: Claims;
  try {
    claims = await provider.finish(search, flow);
  } catch (error) {
    if (error instanceof ProviderAwayError) throw away(provider, { next, secure, cause: error });
    if (!(error instanceof SignInRefusedError)) throw error;
    ops.metrics.countSignIn('oidc', 'failure');
    ops.audit.noteUnknownCredential(address, `sign-in: oidc ${error.reason}`);
    const isCancelled = error.reason === 'access_denied';
    const detail = isCancelled
      ? 'The sign-in was cancelled at the identity provider.'
      : `The sign-in at the identity provider failed (${error.reason}); sign in again.`;
    throw refusal(isCancelled ? 'cancelled' : 'failed', detail, { next, secure });
  }
  const person = await personOf(ops, claims, address);
  if (typeof person === 'string') throw refusal('no_access', person, { next, secure });
  const { grant, rule } = person;
  const identity = { kind: 'oidc', grant, rule: rule.text } as const;
  const signedIn = await signIn(ops, { key: grant, address, identity });
  return { signedIn, next, cookie: endedFlowCookie(secure) };
}

/** Who somebody is here, or why they have no access, which the log is told. */
async function personOf(
  ops: Operations,
  claims: Claims,
  address: string,
): Promise<{ readonly grant: ApiKey; readonly rule: RoleRule } | string> {
  const { config } = providerOf(ops).provider;
  const subject = text(claimAt(claims, config.subjectClaim), SUBJECT_CHARS_MAX);
  if (subject === undefined)
    return `The identity provider does not say who you are: the claim ${config.subjectClaim} is missing.`;
  const rule = matchRule(config.rules, claimAt(claims, config.roleClaim));
  const isThere = rule !== undefined && ops.tenants.has(rule.tenant);
  const grant = grantOf(config, claims, {
    subject,
    nowMs: ops.now(),
    rule: rule ?? { tenant: SYSTEM_TENANT, roles: [] },
  });
  if (rule !== undefined && isThere) return { grant, rule };
  await noteNoAccess(ops, grant, address);
  return rule === undefined
    ? `You are known to the identity provider, but nothing in the claim ${config.roleClaim} gives access here; ask your administrator.`
    : `Your access is to the tenant ${rule.tenant}, which does not exist; ask your administrator.`;
}

async function noteNoAccess(ops: Operations, grant: ApiKey, address: string): Promise<void> {
  ops.metrics.countSignIn('oidc', 'failure');
  const { actor, personal } = auditActor(grant, address);
  await ops.audit.record(SYSTEM_TENANT, {
    type: 'user.login.failure',
    actor,
    action: { verb: 'login', status: 'failure', error: 'oidc no access' },
    target: { type: 'console', id: SYSTEM_TENANT },
    context: { service: 'attestry' },
    metadata: { method: 'oidc' },
    ...(personal.length === 0 ? {} : { personal }),
  });
}

/** What the rest of the server takes for a key: the same for the same person at every sign-in. */
function grantOf(
  { issuer }: OidcConfig,
  claims: Claims,
  {
    subject,
    rule,
    nowMs,
  }: { subject: string; rule: Pick<RoleRule, 'tenant' | 'roles' | 'projects'>; nowMs: number },
): ApiKey {
  const name = ['name', 'preferred_username', 'email']
    .map((claim) => text(claims[claim], KEY_NAME_CHARS_MAX))
    .find((given) => given !== undefined);
  return {
    id: `oidc-${hash('sha256', `${issuer.href}\n${String(claims.sub)}`, 'hex').slice(0, 24)}`,
    tenant: rule.tenant,
    name: name ?? subject,
    environment: 'oidc',
    secretSha256: '',
    roles: rule.roles,
    bounds: rule.projects === undefined ? {} : { projects: rule.projects },
    subject,
    createdAtMs: nowMs,
    createdBy: 'oidc',
  };
}

/** A claim that is a text of the right length; without control characters, which would be shown. */
function text(value: unknown, charsMax: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const plain = value.replace(/\p{Cc}/gu, ' ').trim();
  return plain === '' || plain.length > charsMax ? undefined : plain;
}
