import type { KeyBounds, KeyGrant } from './api-key.ts';
import { isNetworkWithin } from './networks.ts';
import { type Rights, rightsOf, type View } from './rights.ts';

/** What a caller would have to have to hand out a key. */
export interface Shortfall {
  /** Member of the key that goes beyond the caller's own (JSON pointer). */
  readonly path: string;
  /** Goes on after "Your key". */
  readonly lack: string;
}

/** The bounds of a key that `giver` makes: what is not given is the giver's own. */
export function inheritBounds(
  giver: KeyGrant,
  wanted: Pick<KeyGrant, 'bounds' | 'expiresAtMs'>,
): Pick<KeyGrant, 'bounds' | 'expiresAtMs'> {
  const expiresAtMs = wanted.expiresAtMs ?? giver.expiresAtMs;
  return {
    bounds: { ...giver.bounds, ...wanted.bounds },
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

/** True when every type that `inner` matches is matched by `outer`; `document.*` is a prefix. */
export function isTypeWithin(inner: string, outer: string): boolean {
  return outer.endsWith('*') ? inner.startsWith(outer.slice(0, -1)) : inner === outer;
}

const BOUND_NAMES: Readonly<Record<keyof KeyBounds, string>> = {
  projects: 'projects',
  categories: 'categories',
  types: 'types',
  cidrs: 'networks',
};

/** How one entry of a bound lies within another. */
const WITHIN: Readonly<Record<keyof KeyBounds, (inner: string, outer: string) => boolean>> = {
  projects: (inner, outer) => inner === outer,
  categories: (inner, outer) => inner === outer,
  types: isTypeWithin,
  cidrs: isNetworkWithin,
};

/** Position of the first entry that lies outside `outer`; -1 when all are within, 0 when nothing narrows `inner`. */
function firstOutside(
  member: keyof KeyBounds,
  inner: readonly string[] | undefined,
  outer: readonly string[] | undefined,
): number {
  if (outer === undefined) return -1;
  if (inner === undefined) return 0;
  return inner.findIndex((entry) => !outer.some((own) => WITHIN[member](entry, own)));
}

/** Where a key may be used, for what and until when must not be wider than where the giver's own may. */
export function boundsShortfall(giver: KeyGrant, { bounds, expiresAtMs }: KeyGrant): Shortfall | undefined {
  for (const member of Object.keys(WITHIN) as (keyof KeyBounds)[]) {
    const outside = firstOutside(member, bounds[member], giver.bounds[member]);
    if (outside < 0) continue;
    return {
      path: bounds[member] === undefined ? `/${member}` : `/${member}/${outside}`,
      lack: `is bound to the ${BOUND_NAMES[member]} ${giver.bounds[member]?.join(', ')}`,
    };
  }
  if (giver.expiresAtMs !== undefined && (expiresAtMs ?? Number.POSITIVE_INFINITY) > giver.expiresAtMs)
    return { path: '/expires_at', lack: `expires at ${new Date(giver.expiresAtMs).toISOString()}` };
  return undefined;
}

function isViewWithin(inner: View | undefined, outer: View | undefined): boolean {
  if (inner === undefined) return true;
  if (outer === undefined) return false;
  const members = ['projects', 'categories', 'types'] as const;
  return (
    members.every((member) => firstOutside(member, inner[member], outer[member]) < 0) &&
    (outer.actor === undefined || inner.actor === outer.actor)
  );
}

/** What a key may do and see, against what the caller may in the same tenant. */
export function rightsShortfall(own: Rights, grant: KeyGrant): Shortfall | undefined {
  const given = rightsOf(grant, own.tenant);
  if (given === undefined) return undefined;
  if (given.platform && !own.platform)
    return { path: '/roles', lack: 'does not have the role platform_admin' };
  for (const scope of given.scopes) {
    if (!own.scopes.has(scope)) return { path: '/scopes', lack: `does not have the scope ${scope}` };
  }
  if (given.personal && !own.personal)
    return { path: '/roles', lack: 'does not see personal data, which this role does' };
  if (!isViewWithin(given.view, own.view))
    return { path: '/roles', lack: 'sees a part of the log only, of which this role sees more' };
  return undefined;
}
