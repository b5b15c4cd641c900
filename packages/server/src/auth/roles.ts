/** What a route asks for. The same words are on keys, to narrow what their roles allow. */
export const SCOPES = [
  'events:write',
  'events:read',
  'exports:write',
  'verify',
  'retention:write',
  'privacy:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = [
  'platform_admin',
  'admin',
  'security_officer',
  'auditor',
  'project_manager',
  'member',
  'ingest',
] as const;
export type Role = (typeof ROLES)[number];

/** What one role may do in the tenant of its key. */
export interface RoleRights {
  readonly scopes: readonly Scope[];
  /** Sees sealed members (event.md, personal data) instead of `redacted`. */
  readonly personal: boolean;
  /** Part of the log the role sees: everything, three categories, the key's projects, or its own activity. */
  readonly sees: 'all' | 'security' | 'projects' | 'own' | 'nothing';
  /** May make and list tenants, and pass `tenant` to act in another one. */
  readonly platform: boolean;
}

/** Categories of a security officer. */
export const SECURITY_CATEGORIES: readonly string[] = ['security', 'auth', 'compliance'];

/** The one table of rights. docs/authentication.md shows the same table; a test compares them. */
export const ROLE_RIGHTS: Readonly<Record<Role, RoleRights>> = {
  // Runs the installation, so sees that events are there, but not whose: personal data stays with the tenant's own roles.
  platform_admin: {
    scopes: ['events:read', 'exports:write', 'verify', 'admin'],
    personal: false,
    sees: 'all',
    platform: true,
  },
  admin: { scopes: SCOPES, personal: true, sees: 'all', platform: false },
  security_officer: { scopes: ['events:read'], personal: true, sees: 'security', platform: false },
  auditor: {
    scopes: ['events:read', 'exports:write', 'verify'],
    personal: true,
    sees: 'all',
    platform: false,
  },
  project_manager: {
    scopes: ['events:read', 'exports:write'],
    personal: false,
    sees: 'projects',
    platform: false,
  },
  member: { scopes: ['events:read'], personal: true, sees: 'own', platform: false },
  ingest: { scopes: ['events:write'], personal: false, sees: 'nothing', platform: false },
};
