import { isLoopbackUrl } from '../auth/loopback-url.ts';
import { parseRoleRules, type RoleRule } from '../auth/oidc/role-rules.ts';
import type { Config } from './config.ts';
import type { SettingName } from './settings.ts';
import { splitList } from './split-list.ts';

type Text = (name: SettingName) => string | undefined;

/** The problem of an address at which credentials travel, or `undefined`. */
export function judgeSecureUrl(name: string, value: string): string | undefined {
  const isOrigin = name === 'PUBLIC_URL';
  const shape = `must be an address such as https://${isOrigin ? 'audit.example.com' : 'id.example.com/realms/staff'}`;
  if (!URL.canParse(value)) return `${shape}, not "${value}"`;
  const url = new URL(value);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackUrl(url)))
    return `${shape}; plain http is for loopback only`;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return `${shape}, without a user, a query or a fragment`;
  if (isOrigin && url.pathname !== '/') return `${shape}, without a path`;
  return undefined;
}

/** What is missing or too much among the settings of an identity provider. */
export function judgeOidc(text: Text, isGiven: (name: SettingName) => boolean): readonly string[] {
  if (text('OIDC_ISSUER') === undefined) {
    const names = ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_CLIENT_SECRET_FILE', 'OIDC_ROLES'] as const;
    return names
      .filter(isGiven)
      .map((name) => `ATTESTRY_${name} is for an identity provider; set ATTESTRY_OIDC_ISSUER too`);
  }
  const problems: string[] = [];
  for (const name of ['OIDC_CLIENT_ID', 'PUBLIC_URL'] as const)
    if (text(name) === undefined) problems.push(`ATTESTRY_OIDC_ISSUER needs ATTESTRY_${name} too`);
  if (text('OIDC_CLIENT_SECRET') !== undefined && text('OIDC_CLIENT_SECRET_FILE') !== undefined)
    problems.push(
      'ATTESTRY_OIDC_CLIENT_SECRET and ATTESTRY_OIDC_CLIENT_SECRET_FILE exclude each other; keep one',
    );
  if (!(text('OIDC_SCOPE') ?? '').split(' ').includes('openid'))
    problems.push('ATTESTRY_OIDC_SCOPE must contain openid');
  const rules = rulesOf(text);
  if (typeof rules === 'string') problems.push(`ATTESTRY_OIDC_ROLES ${rules}`);
  return problems;
}

function rulesOf(text: Text): readonly RoleRule[] | string {
  return parseRoleRules(splitList(text('OIDC_ROLES') ?? ''));
}

/** The settings of an identity provider, which were found good. */
export function oidcOf(text: Text): Config['oidc'] {
  const issuer = text('OIDC_ISSUER');
  const rules = rulesOf(text);
  if (issuer === undefined || typeof rules === 'string') return undefined;
  const url = new URL(issuer);
  return Object.freeze({
    issuer: url,
    clientId: text('OIDC_CLIENT_ID') ?? '',
    clientSecret: text('OIDC_CLIENT_SECRET'),
    clientSecretFile: text('OIDC_CLIENT_SECRET_FILE'),
    name: text('OIDC_NAME') ?? url.host,
    scope: text('OIDC_SCOPE') ?? '',
    roleClaim: text('OIDC_ROLE_CLAIM') ?? '',
    subjectClaim: text('OIDC_SUBJECT_CLAIM') ?? '',
    rules,
    publicUrl: new URL(text('PUBLIC_URL') ?? '').origin,
  });
}
