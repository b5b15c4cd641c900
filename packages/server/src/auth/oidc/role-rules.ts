import { judgeRoles } from '../rights.ts';
import { ROLES, type Role } from '../roles.ts';
import { isTenantId } from '../tenants.ts';

/** What a value of the role claim gives: roles in one tenant. */
export interface RoleRule {
  /** As configured; names the rule in sessions, which end when it is taken away. */
  readonly text: string;
  readonly value: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
  /** Of a project manager. */
  readonly projects?: readonly string[];
}

const SHAPE = 'must look like audit-admins=acme:admin, audit-readers=acme:auditor (docs/sign-in.md)';

/**
 * Reads rules `VALUE=TENANT:ROLE[+ROLE][/PROJECT[|PROJECT]]`. A comma, a percent sign or an equals sign in a value is
 * percent-encoded.
 *
 * @returns the rules, or what is wrong with them, to be read on from the name of the setting
 */
export function parseRoleRules(texts: readonly string[]): readonly RoleRule[] | string {
  const rules: RoleRule[] = [];
  for (const text of texts) {
    const rule = parseRule(text);
    if (typeof rule === 'string') return rule;
    rules.push(rule);
  }
  return rules.length === 0 ? SHAPE : rules;
}

function parseRule(text: string): RoleRule | string {
  const [, encoded, tenant, roleNames, projectNames] =
    /^([^=]{1,500})=([^:]{1,100}):([a-z_+]{1,100})(?:\/(.{1,1000}))?$/.exec(text) ?? [];
  if (encoded === undefined || tenant === undefined || roleNames === undefined)
    return `${SHAPE}, not "${text}"`;
  const value = decode(encoded.trim());
  if (value === undefined) return `has a value that is not percent-encoded text: "${text}"`;
  if (!isTenantId(tenant)) return `names a tenant that cannot be: "${tenant}"`;
  const roles = roleNames.split('+');
  const unknown = roles.find((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) return `names the role "${unknown}"; there are ${ROLES.join(', ')}`;
  const problem = judgeRoles(roles as Role[]);
  if (problem !== undefined) return `has roles that do not go together in "${text}": ${problem}`;
  const projects = projectNames?.split('|');
  const isManager = roles.includes('project_manager');
  if (isManager !== (projects !== undefined))
    return `must name projects for a project manager, and for nobody else: "${text}"`;
  return {
    text,
    value,
    tenant,
    roles: roles as Role[],
    ...(projects === undefined ? {} : { projects }),
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * A claim by its name; by the names that lead to it, with dots between them, where no claim has the whole name.
 *
 * @param path e.g. `groups`, `realm_access.roles`, `https://example.com/roles`
 */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Claims)[name];
  }
  return found;
}

/** The first rule, in the order of the configuration, whose value is among those of the claim. */
export function matchRule(rules: readonly RoleRule[], claim: unknown): RoleRule | undefined {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return rules.find(({ value }) => values.includes(value));
}
