import { Type } from 'typebox';
import type { Caller } from '../../auth/caller.ts';
import { csrfToken, endedCookie, sessionCookie } from '../../auth/session-cookie.ts';
import { me } from '../../operations/me.ts';
import type { Operations } from '../../operations/operations.ts';
import { type SignedIn, signInWithKey, signOut, signOutEverywhere } from '../../operations/sign-in.ts';
import { TenantQuery } from '../query-parameters.ts';
import { type AnyRoute, publicRoute, type Reply, route, type SignInSource, signInRoute } from '../route.ts';
import { ref } from '../shared-schemas.ts';

const tag = 'sessions';
const anybody = { scope: 'any' } as const;
const NO_STORE = { 'cache-control': 'no-store' } as const;

/** `Me`, and for a session what its pages must send with every change. */
async function describeMe(ops: Operations, caller: Caller, token: string | undefined): Promise<object> {
  const { session, ...rest } = await me(ops, caller);
  if (session === undefined || token === undefined) return rest;
  return { ...rest, session: { ...session, csrf_token: csrfToken(token) } };
}

/** The answer that begins a session in the browser. */
async function begun(ops: Operations, { caller, token }: SignedIn, { secure }: SignInSource): Promise<Reply> {
  return {
    status: 201,
    body: await describeMe(ops, caller, token),
    headers: { 'set-cookie': sessionCookie(token, ops.sessions.lifetimeS, secure), ...NO_STORE },
  };
}

/** Both names: one of them is the browser's. */
const ENDED = { 'set-cookie': [endedCookie(false), endedCookie(true)], ...NO_STORE };

export const SESSION_ROUTES: readonly AnyRoute[] = [
  publicRoute({
    method: 'GET',
    url: '/v1/session/options',
    access: 'public',
    operationId: 'getSessionOptions',
    tag,
    summary: 'How can one sign in?',
    responses: {
      200: {
        description: 'What a page for signing in offers.',
        schema: Type.Object({
          api_key: Type.Boolean(),
          oidc: Type.Union([Type.Object({ name: Type.String(), url: Type.String() }), Type.Null()]),
        }),
      },
    },
    handle: () => ({ body: { api_key: true, oidc: null }, headers: NO_STORE }),
  }),
  signInRoute({
    method: 'POST',
    url: '/v1/session',
    access: 'sign-in',
    operationId: 'createSession',
    tag,
    summary: 'Sign in to the console with an API key',
    description: [
      'Sets an HttpOnly, SameSite=Strict cookie that every route takes in place of the key. Requests that change',
      'something need the header `X-CSRF-Token` besides. The session ends when nothing is asked for an hour, after 12',
      'hours, and at once when its key is revoked or gets a new secret.',
    ].join('\n'),
    body: Type.Object(
      { key: Type.String({ minLength: 1, maxLength: 200, description: 'The API key.' }) },
      { additionalProperties: false },
    ),
    responses: { 201: { description: 'Who you are now, and the cookie.', schema: ref('Me') } },
    handle: async (source, { ops, body }) =>
      begun(ops, await signInWithKey(ops, body.key, source.address), source),
  }),
  route({
    method: 'DELETE',
    url: '/v1/session',
    access: anybody,
    operationId: 'endSession',
    tag,
    summary: 'Sign out',
    query: TenantQuery,
    responses: { 204: { description: 'Signed out.' } },
    handle: async (caller, { ops }) => {
      await signOut(ops, caller);
      return { status: 204, headers: ENDED };
    },
  }),
  route({
    method: 'DELETE',
    url: '/v1/sessions',
    access: anybody,
    operationId: 'endSessions',
    tag,
    summary: 'Sign out everywhere',
    description: 'Ends every session of the key or person of this one.',
    query: TenantQuery,
    responses: { 204: { description: 'Signed out.' } },
    handle: async (caller, { ops }) => {
      await signOutEverywhere(ops, caller);
      return { status: 204, headers: ENDED };
    },
  }),
  route({
    method: 'GET',
    url: '/v1/me',
    access: { scope: 'any', viewers: true },
    operationId: 'getMe',
    tag,
    summary: 'Who am I, and what may I do?',
    query: TenantQuery,
    responses: { 200: { description: 'The key or session of this request.', schema: ref('Me') } },
    handle: async (caller, { ops, sessionToken }) => ({
      body: await describeMe(ops, caller, sessionToken),
      headers: NO_STORE,
    }),
  }),
];
