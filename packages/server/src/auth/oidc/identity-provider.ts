import type { Configuration } from 'openid-client';
import { OIDC_METADATA_KEPT_MS, OIDC_RETRY_MS, OIDC_TIMEOUT_S } from '../../limits.ts';
import { isLoopbackUrl } from '../loopback-url.ts';
import { callbackUrl, type OidcConfig } from './oidc-config.ts';

type OpenidClient = typeof import('openid-client');

/** The provider as it describes itself. */
interface Found {
  readonly client: OpenidClient;
  readonly configuration: Configuration;
}

/** What is known of somebody who came back from the provider. */
export type Claims = Readonly<Record<string, unknown>>;

/** What a sign-in is bound to; see `Flow`. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** The provider cannot be reached, or does not answer as one. */
export class ProviderAwayError extends Error {}

/** The provider, or what a browser brought back from it, says no. `reason` is for the log, in a few words. */
export class SignInRefusedError extends Error {
  readonly reason: string;

  constructor(reason: string, cause: unknown) {
    super(`sign-in refused: ${reason}`, { cause });
    this.reason = reason;
  }
}

/**
 * The identity provider, which is asked for its metadata at the first sign-in: while it is away nobody can sign in
 * through it, and everything else goes on.
 */
export class IdentityProvider {
  readonly config: OidcConfig;
  #found: Promise<Found> | undefined;
  #foundAt = 0;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(config: OidcConfig) {
    this.config = config;
  }

  /**
   * Begins a sign-in.
   *
   * @returns where the browser goes, and what has to be remembered until it comes back
   * @throws {ProviderAwayError}
   */
  async begin(): Promise<{ readonly url: URL; readonly secrets: FlowSecrets }> {
    const { client, configuration } = await this.#reach();
    const secrets = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: callbackUrl(this.config),
      scope: this.config.scope,
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
    });
    return { url, secrets };
  }

  /**
   * Ends a sign-in: changes the code for tokens, and reads who it is. State, issuer, signature, audience, time and nonce
   * are checked by `openid-client`. The tokens are forgotten.
   *
   * @param search query of the address that the browser came back to
   * @throws {ProviderAwayError}, {SignInRefusedError}
   */
  async finish(search: string, { state, nonce, verifier }: FlowSecrets): Promise<Claims> {
    const { client, configuration } = await this.#reach();
    const checks = {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    };
    try {
      const back = new URL(`${callbackUrl(this.config)}${search}`);
      const tokens = await client.authorizationCodeGrant(configuration, back, checks);
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('there is no ID token');
      const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
      if (endpoint === undefined) return claims;
      // Many providers tell groups here only. What the signed token says counts more.
      const info = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...info, ...claims };
    } catch (error) {
      throw judge(client, error);
    }
  }

  /** Where signing out of the provider too begins; `undefined` when it does not offer that, or is away. */
  async endSessionUrl(): Promise<string | undefined> {
    try {
      const { client, configuration } = await this.#reach();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
      return client.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: `${this.config.publicUrl}/sign-in`,
      }).href;
    } catch (error) {
      if (error instanceof ProviderAwayError) return undefined;
      throw error;
    }
  }

  async #reach(): Promise<Found> {
    if (performance.now() - this.#foundAt > OIDC_METADATA_KEPT_MS) this.#found = undefined;
    if (this.#found === undefined && performance.now() - this.#failedAt < OIDC_RETRY_MS)
      throw new ProviderAwayError('the identity provider was away a moment ago');
    if (this.#found === undefined) {
      this.#found = this.#discover();
      this.#foundAt = performance.now();
    }
    try {
      return await this.#found;
    } catch (cause) {
      this.#found = undefined;
      this.#failedAt = performance.now();
      throw new ProviderAwayError('the metadata of the identity provider could not be read', { cause });
    }
  }

  async #discover(): Promise<Found> {
    // Loaded by who has configured it.
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.config;
    const authentication = clientSecret === undefined ? client.None() : undefined;
    const configuration = await client.discovery(issuer, clientId, clientSecret, authentication, {
      timeout: OIDC_TIMEOUT_S,
      execute: [
        client.enableNonRepudiationChecks,
        ...(isLoopbackUrl(issuer) ? [client.allowInsecureRequests] : []),
      ],
    });
    return { client, configuration };
  }
}

/** Whether an error is the provider's absence or its (or our) refusal. */
function judge(client: OpenidClient, error: unknown): Error {
  if (error instanceof client.AuthorizationResponseError) return new SignInRefusedError(error.error, error);
  if (error instanceof client.ResponseBodyError)
    return error.status >= 500
      ? new ProviderAwayError('the identity provider has a failure', { cause: error })
      : new SignInRefusedError(error.error, error);
  if (error instanceof client.ClientError) {
    // Without a code: the request itself failed.
    const isAway = error.code === undefined || error.code === 'OAUTH_TIMEOUT' || hasStatus5xx(error.cause);
    if (!isAway) return new SignInRefusedError(error.code ?? '', error);
  }
  return new ProviderAwayError('the identity provider could not be asked', { cause: error });
}

function hasStatus5xx(cause: unknown): boolean {
  return cause instanceof Response && cause.status >= 500;
}
