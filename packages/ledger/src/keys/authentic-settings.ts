import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import type { CryptoProvider } from '@attestry/core';
import { FatalError } from '../errors.ts';
import type { AdminRow, AdminStore } from '../ports/admin-store.ts';
import type { MasterKey } from './master-key.ts';

const DOMAIN = 'attestry/setting/v1\n';
const BEFORE = '{"mac":"';
const BETWEEN = '","value":';
const MAC_CHARS = 64;

type Setting = Pick<AdminRow, 'kind' | 'tenant' | 'id' | 'value'>;

/**
 * Tags of settings under a key derived from the master key: a row that somebody puts into the database, who does not have
 * that key, opens nothing. A tag stands in the row's value, so that it is copied and restored with it:
 * `{"mac":"64 hex digits","value":…}`. That an older row was put back it does not tell.
 */
export class SettingTags {
  readonly #crypto: CryptoProvider;
  readonly #key: Uint8Array;

  constructor(crypto: CryptoProvider, master: Pick<MasterKey, 'derive'>) {
    this.#crypto = crypto;
    this.#key = master.derive('settings');
  }

  /** What is stored for a setting. */
  close(row: Setting): string {
    return `${BEFORE}${this.#mac(row)}${BETWEEN}${row.value}}`;
  }

  /** @returns the setting's own value, or `undefined` when it was not written with this master key in this place */
  open(row: Setting): string | undefined {
    const macEnd = BEFORE.length + MAC_CHARS;
    const from = macEnd + BETWEEN.length;
    const { value: stored } = row;
    if (!stored.startsWith(BEFORE) || !stored.startsWith(BETWEEN, macEnd) || !stored.endsWith('}'))
      return undefined;
    const value = stored.slice(from, -1);
    const given = Buffer.from(stored.slice(BEFORE.length, macEnd));
    const right = Buffer.from(this.#mac({ ...row, value }));
    return given.length === right.length && timingSafeEqual(given, right) ? value : undefined;
  }

  #mac({ kind, tenant, id, value }: Setting): string {
    const message = Buffer.from(`${DOMAIN}${JSON.stringify([kind, tenant, id, value])}`);
    return Buffer.from(this.#crypto.hmacSha256(this.#key, message)).toString('hex');
  }
}

/**
 * Settings of which a row counts only when a server with this master key wrote it. Another one is left out of lists, so
 * that it stops nothing beside it, and told to `onForged`; asked for by its name it is an error, never a default.
 */
export class AuthenticSettings implements AdminStore {
  readonly #store: AdminStore;
  readonly #tags: SettingTags;
  readonly #onForged: (message: string) => void;

  constructor(store: AdminStore, tags: SettingTags, onForged: (message: string) => void) {
    this.#store = store;
    this.#tags = tags;
    this.#onForged = onForged;
  }

  async list(kind: string, tenant?: string): Promise<readonly AdminRow[]> {
    const rows = await this.#store.list(kind, tenant);
    return rows.flatMap((row) => {
      const value = this.#tags.open(row);
      if (value !== undefined) return [{ ...row, value }];
      this.#onForged(forged(row));
      return [];
    });
  }

  /** @throws {FatalError} `setting_forged` */
  async get(kind: string, tenant: string, id: string): Promise<AdminRow | undefined> {
    const row = await this.#store.get(kind, tenant, id);
    if (row === undefined) return undefined;
    const value = this.#tags.open(row);
    if (value === undefined)
      throw new FatalError('setting_forged', forged(row, 'what depends on it is refused meanwhile'));
    return { ...row, value };
  }

  put(
    row: Omit<AdminRow, 'revision'>,
    expectedRevision: number,
  ): Promise<{ readonly kind: 'stored' } | { readonly kind: 'conflict' }> {
    return this.#store.put({ ...row, value: this.#tags.close(row) }, expectedRevision);
  }

  remove(kind: string, tenant: string, id: string): Promise<void> {
    return this.#store.remove(kind, tenant, id);
  }
}

/** What is wrong with a row, what that means, and what to do. */
export function forged(
  { kind, tenant, id }: Pick<AdminRow, 'kind' | 'tenant' | 'id'>,
  consequence = 'it counts for nothing',
): string {
  return (
    `the setting ${kind} ${JSON.stringify(id)} of tenant ${tenant} was not written by a server with this master key; ` +
    `${consequence}. Take it out of the table admin, or restore it from a backup`
  );
}
