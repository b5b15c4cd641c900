import { ApiProblem } from '@attestry/react';
import { queryOptions } from '@tanstack/react-query';
import { api, queryClient, setCsrfToken } from './api.ts';

/** Which log this is, and with what it signs. */
export interface LogIdentity {
  readonly origin: string;
  readonly size: number;
  readonly vkey: string;
}

/** Who is signed in, and what they may do. */
export interface Me {
  readonly tenant: { readonly id: string; readonly name?: string };
  readonly key?: { readonly id: string; readonly name: string };
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly personal: boolean;
  readonly platform: boolean;
  readonly sees_all: boolean;
  readonly subject?: string;
  readonly session?: {
    readonly csrf_token: string;
    readonly expires_at: string;
    readonly idle_expires_at: string;
  };
  /** Of readers of the whole log only. */
  readonly log?: LogIdentity;
  readonly server: { readonly version: string };
}

/** The ways of signing in that the server offers. */
export interface SignInOptions {
  readonly api_key: boolean;
  readonly oidc: { readonly name: string; readonly url: string } | null;
}

async function json<T>(response: Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

function remember(me: Me): Me {
  setCsrfToken(me.session?.csrf_token);
  return me;
}

/** `null` when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async (): Promise<Me | null> => {
    try {
      return remember(await json<Me>(api.fetch('/v1/me')));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

export const signInOptionsQuery = queryOptions({
  queryKey: ['sign-in-options'],
  queryFn: () => json<SignInOptions>(api.fetch('/v1/session/options')),
  retry: false,
});

/** Signs in with an API key; the key is given to the server once and kept nowhere. */
export async function signIn(key: string): Promise<Me> {
  const me = remember(
    await json<Me>(
      api.fetch('/v1/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key }),
      }),
    ),
  );
  queryClient.clear();
  queryClient.setQueryData(meQuery.queryKey, me);
  return me;
}

/**
 * Ends this session, or all of this person.
 *
 * @returns whether the page is being left for the identity provider's, which ends its own session there
 */
export async function signOut(everywhere: boolean): Promise<boolean> {
  const answer = await api.fetch(everywhere ? '/v1/sessions' : '/v1/session', { method: 'DELETE' });
  if (answer.status === 200) {
    location.assign(((await answer.json()) as { readonly logout_url: string }).logout_url);
    return true;
  }
  setCsrfToken(undefined);
  queryClient.clear();
  queryClient.setQueryData(meQuery.queryKey, null);
  return false;
}
