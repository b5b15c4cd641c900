import type { RoleRule } from './role-rules.ts';

/** How people sign in through an identity provider. */
export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client, which PKCE protects alone. */
  readonly clientSecret: string | undefined;
  /** On the button. */
  readonly name: string;
  readonly scope: string;
  readonly roleClaim: string;
  readonly subjectClaim: string;
  readonly rules: readonly RoleRule[];
  /** Where browsers reach this server; no slash at the end. */
  readonly publicUrl: string;
}

/** Where the provider sends a browser back to; registered with it. */
export function callbackUrl({ publicUrl }: Pick<OidcConfig, 'publicUrl'>): string {
  return `${publicUrl}/v1/session/oidc/callback`;
}
