import { t } from '../words/english.ts';

/** Roles as people call them. */
export function roleNames(roles: readonly string[]): string {
  return roles.map((role) => t.settings.keys.roleNames[role] ?? role).join(', ');
}
