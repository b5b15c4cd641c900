import type { Role, Scope } from './roles.ts';

/** Narrows what a key may read, write and be used from. An absent bound does not narrow. */
export interface KeyBounds {
  /** `context.project_id` of every event read or written is one of these. */
  readonly projects?: readonly string[];
  readonly categories?: readonly string[];
  /** Event types; `document.*` is a prefix. */
  readonly types?: readonly string[];
  /** Client addresses the key may be used from. */
  readonly cidrs?: readonly string[];
}

/** An API key as stored (the JSON of its admin row); the secret itself is nowhere. */
export interface ApiKey {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly environment: string;
  readonly secretSha256: string;
  readonly roles: readonly Role[];
  /** Narrows the roles' scopes; absent: all of them. */
  readonly scopes?: readonly Scope[];
  readonly bounds: KeyBounds;
  /** The person or service a `member` key belongs to: `actor.id` of its own activity. */
  readonly subject?: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly rotatedAtMs?: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
}

/** What a key allows, whoever has it: all that matters when one key makes, rotates or revokes another. */
export type KeyGrant = Pick<ApiKey, 'tenant' | 'roles' | 'scopes' | 'bounds' | 'subject' | 'expiresAtMs'>;
