import { recordOf, Type } from '@attestry/core';
import type { Caller } from '../../auth/caller.ts';
import { csrfToken, endedCookie, sessionCookie } from '../../auth/session-cookie.ts';
import { me } from '../../operations/me.ts';
import type { Operations } from '../../operations/operations.ts';
import { serverLimits } from '../../operations/server-limits.ts';
import { type SignedIn, signInWithKey, signOut, signOutEverywhere } from '../../operations/sign-in.ts';
import { beginOidc, finishOidc } from '../../operations/sign-in-oidc.ts';
import { TenantQuery } from '../query-parameters.ts';
import {
  type AnyRoute,
  publicRoute,
  type Reply,
  route,
  type SignInSource,
  signInRoute,
  visitRoute,
} from '../route.ts';
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

const SIGNED_OUT = {
  200: {
    description: 'Signed out here; at `logout_url` the browser signs out of the identity provider too.',
    schema: Type.Object({ logout_url: Type.String({ format: 'uri' }) }),
  },
  204: { description: 'Signed out.' },
} as const;

function ended(logoutUrl: string | undefined): Reply {
  if (logoutUrl === undefined) return { status: 204, headers: ENDED };
  return { body: { logout_url: logoutUrl }, headers: ENDED };
}

const OIDC_URL = '/v1/session/oidc';

const OIDC_ROUTES: readonly AnyRoute[] = [
  visitRoute({
    method: 'GET',
    url: OIDC_URL,
    access: 'identity-provider',
    operationId: 'beginOidcSignIn',
    tag,
    summary: 'Sign in through the identity provider',
    description:
      'For the address bar of a browser. `next` is the page of this server to come back to. 503 while the provider is away, 404 without one.',
    responses: { 303: { description: 'To the identity provider.', contentType: 'text/plain' } },
    handle: async (visit, ops) => {
      const { url, cookie } = await beginOidc(ops, visit);
      return sendTo(url, [cookie]);
    },
  }),
  visitRoute({
    method: 'GET',
    url: `${OIDC_URL}/callback`,
    access: 'identity-provider',
    operationId: 'finishOidcSignIn',
    tag,
    summary: 'Back from the identity provider',
    description: [
      'Register this address with the provider as redirect URI. Sets the same cookie as `POST /v1/session`. A refusal is a',
      'problem document, which browsers leave for `/sign-in?problem=...` at once.',
    ].join('\n'),
    responses: { 303: { description: 'To the page that was asked for.', contentType: 'text/plain' } },
    handle: async (visit, ops) => {
      const { signedIn, next, cookie } = await finishOidc(ops, visit);
      return sendTo(next, [sessionCookie(signedIn.token, ops.sessions.lifetimeS, visit.secure), cookie]);
    },
  }),
];

function sendTo(location: string, cookies: string[]): Reply {
  return {
    status: 303,
    content: { type: 'text/plain', data: '' },
    headers: { location, 'set-cookie': cookies, 'referrer-policy': 'no-referrer', ...NO_STORE },
  };
}

export const SESSION_ROUTES: readonly AnyRoute[] = [
  ...OIDC_ROUTES,
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
    handle: ({ oidc }) => ({
      body: {
        api_key: true,
        oidc: oidc === undefined ? null : { name: oidc.provider.config.name, url: OIDC_URL },
      },
      headers: NO_STORE,
    }),
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
    responses: SIGNED_OUT,
    handle: async (caller, { ops }) => ended(await signOut(ops, caller)),
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
    responses: SIGNED_OUT,
    handle: async (caller, { ops }) => ended(await signOutEverywhere(ops, caller)),
  }),
  route({
    method: 'GET',
    url: '/v1/limits',
    access: anybody,
    operationId: 'getLimits',
    tag: 'service',
    summary: 'What the server takes at most, and its version',
    query: TenantQuery,
    responses: {
      200: {
        description: 'Limits by name; those per minute are 0 where they are switched off.',
        schema: Type.Object({
          version: Type.String(),
          license: Type.String({ description: 'Of the server (SPDX).' }),
          limits: recordOf(Type.Integer({ minimum: 0 })),
        }),
      },
    },
    handle: (_caller, { ops }) => ({
      body: { version: ops.version, license: 'Apache-2.0', limits: serverLimits(ops) },
    }),
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
