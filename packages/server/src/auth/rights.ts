import type { EventFilters } from '@attestry/ledger';
import type { KeyBounds, KeyGrant } from './api-key.ts';
import { ROLE_RIGHTS, type Role, type Scope, SECURITY_CATEGORIES } from './roles.ts';

/** A part of the log: an event is in it when every given member names it. `{}` is the whole log. */
export interface View {
  readonly projects?: readonly string[];
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
  /** `actor.id` of the event. */
  readonly actor?: string;
  /** Of a viewer token: filters that its key chose. */
  readonly filters?: EventFilters;
}

/** What a credential may do in one tenant. */
export interface Rights {
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Sees sealed members; otherwise they are `redacted`. */
  readonly personal: boolean;
  readonly platform: boolean;
  /** What may be read; `undefined`: nothing. */
  readonly view: View | undefined;
  /** True when the view is the whole log; only then are whole-log routes (tiles, verification) allowed. */
  readonly seesAll: boolean;
  /** What may be written. */
  readonly writeBounds: KeyBounds;
}

/** Roles that may stand beside others; of the rest a key has one, so that what it sees is one view. */
const COMBINABLE: readonly Role[] = ['ingest', 'platform_admin'];

/** The problem with a combination of roles, or `undefined`. */
export function judgeRoles(roles: readonly Role[]): string | undefined {
  if (roles.length === 0) return 'at least one role is needed';
  if (new Set(roles).size !== roles.length) return 'a role is named twice';
  const readers = roles.filter((role) => !COMBINABLE.includes(role));
  if (readers.length > 1)
    return `${readers.join(' and ')} cannot be on one key: what it sees would be ambiguous; make two keys`;
  return undefined;
}

function viewOf(role: Role, key: KeyGrant): View | undefined {
  const { projects, categories, types } = key.bounds;
  const base: View = {
    ...(projects === undefined ? {} : { projects }),
    ...(categories === undefined ? {} : { categories }),
    ...(types === undefined ? {} : { types }),
  };
  switch (ROLE_RIGHTS[role].sees) {
    case 'all':
      return base;
    case 'security':
      return {
        ...base,
        categories: SECURITY_CATEGORIES.filter((category) => categories?.includes(category) ?? true),
      };
    case 'projects':
      return { ...base, projects: projects ?? [] };
    case 'own':
      return key.subject === undefined ? undefined : { ...base, actor: key.subject };
    case 'nothing':
      return undefined;
  }
}

/**
 * The rights of a key in a tenant: its roles, narrowed by its own scopes and bounds. In a tenant that is not its own
 * only `platform_admin` counts.
 *
 * @returns `undefined` when the key has no business in that tenant; the answer to the client is then 404 (trap 25)
 */
export function rightsOf(key: KeyGrant, tenant: string): Rights | undefined {
  const roles = tenant === key.tenant ? key.roles : key.roles.filter((role) => ROLE_RIGHTS[role].platform);
  if (roles.length === 0) return undefined;
  const scopes = new Set<Scope>();
  for (const role of roles) {
    for (const scope of ROLE_RIGHTS[role].scopes) {
      if (key.scopes?.includes(scope) ?? true) scopes.add(scope);
    }
  }
  // The tenant's own role says what is seen; platform_admin only when it stands alone.
  const reader =
    roles.find((role) => !COMBINABLE.includes(role)) ??
    roles.find((role) => role === 'platform_admin') ??
    'ingest';
  const view = viewOf(reader, key);
  return {
    tenant,
    scopes,
    personal: ROLE_RIGHTS[reader].personal,
    platform: roles.some((role) => ROLE_RIGHTS[role].platform),
    view,
    seesAll: view !== undefined && Object.keys(view).length === 0,
    writeBounds: key.bounds,
  };
}

/** True when `type` is one of `patterns`, of which those ending in `*` are prefixes. */
export function matchesType(type: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
  );
}
