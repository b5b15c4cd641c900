import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration } from 'oidc-provider';

/** Somebody whom the provider knows: claims beside `sub`. */
export type KnownPeople = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface IdentityProviderOptions {
  readonly people: KnownPeople;
  /** Where browsers may be sent back to, after signing in and after signing out. */
  readonly redirectUris: readonly string[];
  readonly logoutRedirectUris?: readonly string[];
  /** A free one when absent. */
  readonly port?: number;
}

/** A real OpenID provider in this process, at which whoever comes is the person that the test says. */
export interface RunningIdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in from now on; `undefined` cancels. */
  person: string | undefined;
  close(): Promise<void>;
}

const CLIENT = { client_id: 'attestry', client_secret: 'a secret of forty characters, for a test' };

function configurationOf({
  people,
  redirectUris,
  logoutRedirectUris,
}: IdentityProviderOptions): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [
      {
        ...CLIENT,
        redirect_uris: [...redirectUris],
        post_logout_redirect_uris: [...(logoutRedirectUris ?? [])],
      },
    ],
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'RSA', kid: 'test', use: 'sig', alg: 'RS256' }],
    },
    cookies: { keys: ['a key for a test'] },
    ttl: {
      Interaction: 600,
      Grant: 600,
      Session: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    async loadExistingGrant(context) {
      const { client, session, provider } = context.oidc;
      const grant = new provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
  };
}

/** Starts a provider on a free port of the loopback interface. */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<RunningIdentityProvider> {
  // It comes with hundreds of modules, and most tests that load this package want none of them.
  const { Provider } = await import('oidc-provider');
  const server: Server = createServer();
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configurationOf(options));
  const running: RunningIdentityProvider = {
    issuer,
    clientId: CLIENT.client_id,
    clientSecret: CLIENT.client_secret,
    person: Object.keys(options.people)[0],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) {
      void answer(request, response);
      return;
    }
    const { person } = running;
    const result = person === undefined ? { error: 'access_denied' } : { login: { accountId: person } };
    void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });
  return running;
}
