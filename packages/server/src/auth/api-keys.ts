import type { AdminStore } from '@attestry/ledger';
import { ApiError, notFound } from '../errors/api-error.ts';
import { KEYS_PER_TENANT_MAX } from '../limits.ts';
import type { ApiKey } from './api-key.ts';
import { hashSecret, isSecret, newKeyId, newToken, parseToken } from './api-key-token.ts';
import { NetworkSet } from './networks.ts';
import { type Rights, rightsOf } from './rights.ts';

const KIND = 'api_key';

/** A key that has shown its secret. */
export interface Authenticated {
  readonly key: ApiKey;
  /** Rights in the key's own tenant. */
  readonly rights: Rights;
}

/** Why a credential was refused; for the server's own log, never told to the client. */
export type AuthenticationFailure =
  | 'malformed'
  | 'unknown'
  | 'wrong secret'
  | 'revoked'
  | 'expired'
  | 'address not allowed';

interface CachedKey {
  key: ApiKey;
  revision: number;
  rights: Rights;
  networks: NetworkSet | undefined;
}

const NO_SECRET = hashSecret('no key has this secret');

/**
 * All API keys, held in memory so that authentication is a map lookup and a hash, and so that revoking or rotating
 * acts on the very next request. Writes go through the admin store first.
 */
export class ApiKeys {
  /** Of the rows that are held in memory here. */
  readonly kind = KIND;
  readonly #store: AdminStore;
  readonly #now: () => number;
  readonly #byId = new Map<string, CachedKey>();
  /** Tenants whose first administrator is being made. */
  readonly #beginning = new Set<string>();

  private constructor(store: AdminStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Loads every key of every tenant. */
  static async open(store: AdminStore, now: () => number): Promise<ApiKeys> {
    const keys = new ApiKeys(store, now);
    await keys.reload();
    return keys;
  }

  /** Takes over what other nodes have changed. */
  async reload(): Promise<void> {
    for (const row of await this.#store.list(KIND)) {
      if (row.revision > (this.#byId.get(row.id)?.revision ?? 0))
        this.#remember(JSON.parse(row.value) as ApiKey, row.revision);
    }
  }

  #remember(key: ApiKey, revision: number): void {
    const rights = rightsOf(key, key.tenant);
    if (rights === undefined) throw new Error(`api key ${key.id} has no roles`);
    const networks = key.bounds.cidrs === undefined ? undefined : new NetworkSet(key.bounds.cidrs);
    this.#byId.set(key.id, { key, revision, rights, networks });
  }

  /**
   * Checks a bearer token.
   *
   * @param token   the text after `Bearer `
   * @param address the client's address, for keys bound to networks
   */
  authenticate(token: string, address: string): Authenticated | AuthenticationFailure {
    const parsed = parseToken(token);
    if (parsed === undefined) return 'malformed';
    const cached = this.#byId.get(parsed.id);
    // An unknown id costs the same hash and comparison as a known one.
    const isRight = isSecret(parsed.secret, cached?.key.secretSha256 ?? NO_SECRET);
    if (cached === undefined || cached.key.environment !== parsed.environment) return 'unknown';
    if (!isRight) return 'wrong secret';
    return this.#judge(cached, address);
  }

  /**
   * A key that somebody proved to have before, when it can still be used.
   *
   * @param address the client's address; `undefined`: wherever it is used from
   */
  usable(id: string, address: string | undefined): Authenticated | AuthenticationFailure {
    const cached = this.#byId.get(id);
    return cached === undefined ? 'unknown' : this.#judge(cached, address);
  }

  #judge(cached: CachedKey, address: string | undefined): Authenticated | AuthenticationFailure {
    const { key, networks } = cached;
    if (key.revokedAtMs !== undefined) return 'revoked';
    if (key.expiresAtMs !== undefined && key.expiresAtMs <= this.#now()) return 'expired';
    if (networks !== undefined && address !== undefined && !networks.has(address))
      return 'address not allowed';
    return cached;
  }

  /** The key of whatever tenant, also one that may not be used any more. */
  find(id: string): Authenticated | undefined {
    return this.#byId.get(id);
  }

  /** Keys of one tenant, oldest first, revoked ones included. */
  list(tenant: string): readonly ApiKey[] {
    const keys = [...this.#byId.values()].map(({ key }) => key).filter((key) => key.tenant === tenant);
    return keys.sort((a, b) => a.createdAtMs - b.createdAtMs || a.id.localeCompare(b.id));
  }

  get(tenant: string, id: string): ApiKey | undefined {
    const key = this.#byId.get(id)?.key;
    return key?.tenant === tenant ? key : undefined;
  }

  /** True when a key of the role `admin` with its scope `admin` can be used: the tenant makes its own keys. */
  hasAdministrator(tenant: string): boolean {
    for (const { key, rights } of this.#byId.values()) {
      const isLive =
        key.revokedAtMs === undefined && (key.expiresAtMs === undefined || key.expiresAtMs > this.#now());
      if (isLive && key.tenant === tenant && key.roles.includes('admin') && rights.scopes.has('admin'))
        return true;
    }
    return false;
  }

  /** True when no tenant has any key: the first start. */
  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /**
   * Makes a key; the token is returned once and is nowhere afterwards.
   *
   * @param keep puts the token where it is found again, before the key is stored: a crash between the two must not
   *   leave a key whose token nobody has
   */
  async create(
    fields: Omit<ApiKey, 'id' | 'secretSha256' | 'createdAtMs'>,
    keep?: (token: string) => Promise<void>,
  ): Promise<{ readonly key: ApiKey; readonly token: string }> {
    if (this.list(fields.tenant).length >= KEYS_PER_TENANT_MAX) {
      throw new ApiError('conflict', `A tenant has at most ${KEYS_PER_TENANT_MAX} API keys.`);
    }
    const { text, token } = newToken(fields.environment, newKeyId());
    const key: ApiKey = {
      ...fields,
      id: token.id,
      secretSha256: hashSecret(token.secret),
      createdAtMs: this.#now(),
    };
    await keep?.(text);
    await this.#put(key, 0);
    return { key, token: text };
  }

  /**
   * Makes the key of a tenant's first administrator, of which there is one, also when two ask at the same time.
   *
   * @returns `undefined` when the tenant has an administrator
   */
  async createFirstAdministrator(
    fields: Omit<ApiKey, 'id' | 'secretSha256' | 'createdAtMs'>,
  ): Promise<{ readonly key: ApiKey; readonly token: string } | undefined> {
    const { tenant } = fields;
    if (this.#beginning.has(tenant) || this.hasAdministrator(tenant)) return undefined;
    this.#beginning.add(tenant);
    try {
      return await this.create(fields);
    } finally {
      this.#beginning.delete(tenant);
    }
  }

  /** Gives the key a new secret; the old one stops at once. */
  async rotate(tenant: string, id: string): Promise<{ readonly key: ApiKey; readonly token: string }> {
    const { key, revision } = this.#live(tenant, id);
    const { text, token } = newToken(key.environment, key.id);
    const rotated: ApiKey = { ...key, secretSha256: hashSecret(token.secret), rotatedAtMs: this.#now() };
    await this.#put(rotated, revision);
    return { key: rotated, token: text };
  }

  /** Ends a key for good; it stays listed so that its id in old events can be explained. */
  async revoke(tenant: string, id: string): Promise<ApiKey> {
    const { key, revision } = this.#live(tenant, id);
    const revoked: ApiKey = { ...key, revokedAtMs: this.#now() };
    await this.#put(revoked, revision);
    return revoked;
  }

  #live(tenant: string, id: string): CachedKey {
    const cached = this.#byId.get(id);
    if (cached === undefined || cached.key.tenant !== tenant) throw notFound(`API key ${id}`);
    if (cached.key.revokedAtMs !== undefined) throw new ApiError('conflict', `API key ${id} is revoked.`);
    return cached;
  }

  async #put(key: ApiKey, revision: number): Promise<void> {
    const row = { kind: KIND, tenant: key.tenant, id: key.id, value: JSON.stringify(key) };
    const outcome = await this.#store.put(row, revision);
    if (outcome.kind === 'conflict')
      throw new ApiError('conflict', `API key ${key.id} was changed meanwhile; read it again.`);
    this.#remember(key, revision + 1);
  }
}
