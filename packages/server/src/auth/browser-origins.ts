import type { AdminStore } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import { BROWSER_ORIGIN_KEPT_MS, BROWSER_ORIGINS_PER_TENANT_MAX, BROWSER_TOKEN_S_MAX } from '../limits.ts';

const KIND = 'browser_origin';

/** True for an origin as browsers write it: scheme, host and a port that is not the usual one, nothing else. */
export function isOrigin(text: string): boolean {
  // A host may hold an asterisk, says the standard; here it would be read as a pattern.
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/**
 * The origins that browser tokens were made for lately: only their pages get an answer to a preflight, which comes
 * without the token, and may read why a request was refused. Being in here opens nothing else.
 *
 * Kept in the admin store, one row per tenant and origin, so that a restart does not shut pages out.
 */
export class BrowserOrigins {
  /** Of the rows that are held in memory here. */
  readonly kind = KIND;
  readonly #store: AdminStore;
  readonly #now: () => number;
  /** Until when, by tenant and origin. */
  readonly #byTenant = new Map<string, Map<string, number>>();
  /** Until when, whoever's pages they are: asked on every request of a page. */
  readonly #latest = new Map<string, number>();

  private constructor(store: AdminStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  static async open(store: AdminStore, now: () => number): Promise<BrowserOrigins> {
    const origins = new BrowserOrigins(store, now);
    await origins.reload();
    return origins;
  }

  /** Takes over what other nodes have noted. */
  async reload(): Promise<void> {
    for (const { tenant, id, value } of await this.#store.list(KIND))
      this.#remember(tenant, id, (JSON.parse(value) as { untilMs: number }).untilMs);
  }

  /** Whether some tenant's pages come from there. */
  has(origin: string): boolean {
    return (this.#latest.get(origin) ?? 0) > this.#now();
  }

  /**
   * Remembers an origin that a token is made for. Writes about once a day and origin.
   *
   * @throws {ApiError} `conflict` when the tenant has too many
   */
  async note(tenant: string, origin: string): Promise<void> {
    const origins = this.#of(tenant);
    const nowMs = this.#now();
    if ((origins.get(origin) ?? 0) > nowMs + BROWSER_TOKEN_S_MAX * 1_000) return;
    if (!origins.has(origin) && origins.size >= BROWSER_ORIGINS_PER_TENANT_MAX)
      await this.#forgetOld(tenant, origins);
    const row = await this.#store.get(KIND, tenant, origin);
    const untilMs = nowMs + BROWSER_ORIGIN_KEPT_MS;
    // Should another request have written it meanwhile, it wrote the same.
    await this.#store.put(
      { kind: KIND, tenant, id: origin, value: JSON.stringify({ untilMs }) },
      row?.revision ?? 0,
    );
    this.#remember(tenant, origin, untilMs);
  }

  #remember(tenant: string, origin: string, untilMs: number): void {
    this.#of(tenant).set(origin, untilMs);
    this.#latest.set(origin, Math.max(untilMs, this.#latest.get(origin) ?? 0));
  }

  #of(tenant: string): Map<string, number> {
    let origins = this.#byTenant.get(tenant);
    if (origins === undefined) {
      origins = new Map();
      this.#byTenant.set(tenant, origins);
    }
    return origins;
  }

  async #forgetOld(tenant: string, origins: Map<string, number>): Promise<void> {
    for (const [origin, untilMs] of origins) {
      if (untilMs > this.#now()) continue;
      await this.#store.remove(KIND, tenant, origin);
      origins.delete(origin);
      if (!this.has(origin)) this.#latest.delete(origin);
    }
    if (origins.size >= BROWSER_ORIGINS_PER_TENANT_MAX)
      throw new ApiError(
        'conflict',
        `A tenant makes browser tokens for at most ${BROWSER_ORIGINS_PER_TENANT_MAX} origins a day.`,
        { path: '/origin' },
      );
  }
}
