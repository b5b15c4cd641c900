import { hash, randomBytes } from 'node:crypto';
import type { AdminStore } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import { SESSION_SWEEP_MS, SESSIONS_MAX, SESSIONS_PER_OWNER_MAX } from '../limits.ts';
import type { ApiKey } from './api-key.ts';
import { newKeyId } from './api-key-token.ts';
import type { ApiKeys, Authenticated } from './api-keys.ts';
import { rightsOf } from './rights.ts';

const KIND = 'session';

/** Whose session it is. */
export type SessionIdentity =
  /** Somebody with an API key. The session is as good as the key, and ends with its secret. */
  | { readonly kind: 'api_key'; readonly keyId: string; readonly secretSinceMs: number }
  /** Somebody whom an identity provider knows, with the grant that was read from its claims. */
  | {
      readonly kind: 'oidc';
      readonly grant: ApiKey;
      /** The rule of the configuration that gave it; the session ends when it is taken away. */
      readonly rule: string;
    };

/** A session as stored (the JSON of its admin row). Its token is nowhere; the row's id is the SHA-256 of it. */
export interface Session {
  /** Names the session in events; not secret. */
  readonly ref: string;
  readonly tenant: string;
  readonly identity: SessionIdentity;
  readonly createdAtMs: number;
  /** Of the last request, as far as it was written down. */
  readonly seenAtMs: number;
}

/** A session that has proven itself, with what it may do. */
export interface OpenSession extends Authenticated {
  /** SHA-256 of its token. */
  readonly id: string;
  readonly session: Session;
}

/** Why a session cookie was refused; for the server's own log. */
export type SessionFailure =
  | 'unknown session'
  | 'expired session'
  | 'key of the session ended'
  | 'rule of the session ended';

interface Held {
  session: Session;
  revision: number;
  seenAtMs: number;
}

interface SessionOptions {
  readonly store: AdminStore;
  readonly keys: ApiKeys;
  readonly now: () => number;
  readonly idleMs: number;
  readonly absoluteMs: number;
  /** Rules that give people of the identity provider their roles. */
  readonly oidcRules: readonly string[];
  /** Told of sessions that ended by time. */
  readonly onExpired: (key: ApiKey, session: Session) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** The last request is written down when it is this much later than what is stored, in parts of the idle time. */
const SEEN_STEPS = 20;

function idOf(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Who owns a session: an API key, or a person of an identity provider. */
function ownerOf({ identity }: Session): string {
  return identity.kind === 'api_key' ? identity.keyId : identity.grant.id;
}

/**
 * The sessions of people in browsers: held in memory, so that signing out acts on the very next request, and written to
 * the admin store, so that they survive a restart.
 */
export class Sessions {
  /** Of the rows that are held in memory here. */
  readonly kind = KIND;
  readonly #options: SessionOptions;
  readonly #byId = new Map<string, Held>();
  /** Ended here, and still in the store for a moment. */
  readonly #ending = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.sweep(), SESSION_SWEEP_MS).unref();
  }

  static async open(options: SessionOptions): Promise<Sessions> {
    const sessions = new Sessions(options);
    await sessions.reload();
    return sessions;
  }

  /** Takes over what other nodes have begun and ended. */
  async reload(): Promise<void> {
    const known = new Set(this.#byId.keys());
    const rows = await this.#options.store.list(KIND);
    for (const { id, value, revision } of rows) {
      known.delete(id);
      const held = this.#byId.get(id);
      if (this.#ending.has(id) || revision <= (held?.revision ?? 0)) continue;
      const session = JSON.parse(value) as Session;
      const seenAtMs = Math.max(session.seenAtMs, held?.seenAtMs ?? 0);
      this.#byId.set(id, { session, revision, seenAtMs });
    }
    // What began here while the rows were read is not among `known`.
    for (const id of known) this.#byId.delete(id);
  }

  /** Sessions that are open. */
  get count(): number {
    return this.#byId.size;
  }

  /** How long a browser keeps the cookie. */
  get lifetimeS(): number {
    return Math.floor(this.#options.absoluteMs / 1_000);
  }

  /**
   * Begins a session; the token is returned once. The oldest session of somebody who has too many ends.
   *
   * @throws {ApiError} `overloaded` when the server holds as many sessions as it can
   */
  async begin(
    tenant: string,
    identity: SessionIdentity,
  ): Promise<{ readonly token: string; readonly id: string; readonly session: Session }> {
    if (this.#byId.size >= SESSIONS_MAX) this.sweep();
    if (this.#byId.size >= SESSIONS_MAX)
      throw new ApiError('overloaded', 'The server holds as many sessions as it can.', { retryAfterS: 60 });
    const nowMs = this.#options.now();
    const session: Session = { ref: newKeyId(), tenant, identity, createdAtMs: nowMs, seenAtMs: nowMs };
    const owned = this.#ownedBy(ownerOf(session));
    for (const { id } of owned.slice(0, Math.max(0, owned.length - SESSIONS_PER_OWNER_MAX + 1)))
      await this.end(id);
    const token = randomBytes(32).toString('base64url');
    const id = idOf(token);
    await this.#options.store.put({ kind: KIND, tenant, id, value: JSON.stringify(session) }, 0);
    this.#byId.set(id, { session, revision: 1, seenAtMs: nowMs });
    return { token, id, session };
  }

  /**
   * Checks a token and notes that its session is in use.
   *
   * @param address the client's address, for keys bound to networks
   */
  open(token: string, address: string): OpenSession | SessionFailure {
    const id = idOf(token);
    const outcome = this.#judge(id, address);
    if (typeof outcome !== 'string') this.#noteSeen(id);
    return outcome;
  }

  /** The same for a session that is in use already, e.g. by a stream; it is not kept alive by this. */
  isLive(id: string, address: string): boolean {
    return typeof this.#judge(id, address) !== 'string';
  }

  /** When a session ends if nothing more is asked, and when it ends in any case. */
  endsOf({ id, session }: OpenSession): { readonly idleAtMs: number; readonly atMs: number } {
    const { idleMs, absoluteMs } = this.#options;
    const atMs = session.createdAtMs + absoluteMs;
    const seenAtMs = this.#byId.get(id)?.seenAtMs ?? session.seenAtMs;
    return { idleAtMs: Math.min(seenAtMs + idleMs, atMs), atMs };
  }

  /** Ends a session; effective with the next request. */
  async end(id: string): Promise<void> {
    const held = this.#byId.get(id);
    if (held === undefined) return;
    this.#byId.delete(id);
    this.#ending.add(id);
    // After what is on its way to the row, which would otherwise come back.
    await this.#writing;
    await this.#options.store.remove(KIND, held.session.tenant, id);
    this.#ending.delete(id);
  }

  /** Ends all sessions of whoever owns this one. @returns how many */
  async endAll(session: Session): Promise<number> {
    const owned = this.#ownedBy(ownerOf(session));
    for (const { id } of owned) await this.end(id);
    return owned.length;
  }

  /** Ends what has expired. */
  sweep(): void {
    for (const [id, held] of this.#byId) {
      if (this.#judge(id, undefined) !== 'expired session') continue;
      const key = this.#keyOf(held.session);
      void this.end(id).catch(this.#options.onTrouble);
      if (key !== undefined) this.#options.onExpired(key, held.session);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  #ownedBy(owner: string): readonly { readonly id: string; readonly createdAtMs: number }[] {
    return [...this.#byId]
      .filter(([, { session }]) => ownerOf(session) === owner)
      .map(([id, { session }]) => ({ id, createdAtMs: session.createdAtMs }))
      .sort((a, b) => a.createdAtMs - b.createdAtMs);
  }

  #keyOf({ identity }: Session): ApiKey | undefined {
    return identity.kind === 'oidc' ? identity.grant : this.#options.keys.find(identity.keyId)?.key;
  }

  /** @param address `undefined`: wherever it is used from */
  #judge(id: string, address: string | undefined): OpenSession | SessionFailure {
    const held = this.#byId.get(id);
    if (held === undefined) return 'unknown session';
    const { session, seenAtMs } = held;
    const nowMs = this.#options.now();
    if (nowMs >= session.createdAtMs + this.#options.absoluteMs) return 'expired session';
    if (nowMs >= seenAtMs + this.#options.idleMs) return 'expired session';
    const authenticated = this.#authenticate(session, address);
    if (authenticated !== undefined) return { ...authenticated, id, session };
    return session.identity.kind === 'oidc' ? 'rule of the session ended' : 'key of the session ended';
  }

  #authenticate({ identity }: Session, address: string | undefined): Authenticated | undefined {
    if (identity.kind === 'oidc') {
      if (!this.#options.oidcRules.includes(identity.rule)) return undefined;
      const rights = rightsOf(identity.grant, identity.grant.tenant);
      return rights === undefined ? undefined : { key: identity.grant, rights };
    }
    const found = this.#options.keys.usable(identity.keyId, address);
    if (typeof found === 'string' || secretSinceMs(found.key) !== identity.secretSinceMs) return undefined;
    return found;
  }

  #noteSeen(id: string): void {
    const held = this.#byId.get(id);
    if (held === undefined) return;
    const nowMs = this.#options.now();
    held.seenAtMs = nowMs;
    if (nowMs - held.session.seenAtMs < this.#options.idleMs / SEEN_STEPS) return;
    held.session = { ...held.session, seenAtMs: nowMs };
    this.#writing = this.#writing.then(() => this.#write(id)).catch(this.#options.onTrouble);
  }

  async #write(id: string): Promise<void> {
    const held = this.#byId.get(id);
    if (held === undefined) return;
    const { session, revision } = held;
    const row = { kind: KIND, tenant: session.tenant, id, value: JSON.stringify(session) };
    const outcome = await this.#options.store.put(row, revision);
    if (outcome.kind === 'stored') held.revision = revision + 1;
  }
}

/** Since when a key has its present secret: a session that began with an older one ends. */
export function secretSinceMs(key: ApiKey): number {
  return key.rotatedAtMs ?? key.createdAtMs;
}
