import type { ApiKey } from './api-key.ts';
import type { Rights } from './rights.ts';
import type { OpenSession } from './sessions.ts';

/** Who asks, and for which tenant. Made by the edge from the credential; operations never see a request. */
export interface Caller {
  readonly key: ApiKey;
  /** Rights in `tenant`. */
  readonly rights: Rights;
  /** The tenant that is acted on: the key's own, or for a platform admin the one it named. */
  readonly tenant: string;
  /** Client address, for the log's own audit. */
  readonly address: string;
  /** The viewer token it came by, made by `key` for pages of an origin. */
  readonly viewer?: { readonly id: string; readonly origin: string; readonly expiresAtMs: number };
  /** The session it came by; absent with a key. */
  readonly session?: OpenSession;
}
