import { normalizeEvent } from '@attestry/core';
import type { IncomingEvent, Ledger } from '@attestry/ledger';
import type { ApiKey } from '../auth/api-key.ts';
import type { Caller } from '../auth/caller.ts';
import { SYSTEM_TENANT } from '../auth/tenants.ts';
import { AUDIT_UNKNOWN_ADDRESSES_MAX, AUDIT_WINDOW_MS, AUDIT_WINDOWS_MAX } from '../limits.ts';
import { newEventId } from '../operations/event-ids.ts';

/** What was done with the log. */
export type AuditedAct =
  | 'audit_log.viewed'
  | 'audit_log.searched'
  | 'audit_log.exported'
  | 'audit_log.verified';

interface AuditLogger {
  error(fields: object, message: string): void;
}

interface SelfAuditOptions {
  readonly ledger: Pick<Ledger, 'append'>;
  readonly now: () => number;
  readonly logger: AuditLogger;
  /** Length of a window; a minute. */
  readonly windowMs?: number;
}

/** Repetitions of one act by one credential within a minute: one event. */
interface Window {
  readonly tenant: string;
  readonly type: AuditedAct | 'permission.denied' | 'security.unauthorized_access';
  readonly status: 'success' | 'denied';
  readonly actor: object;
  /** Where the first of them came from; sealed. */
  readonly personal: readonly object[];
  readonly reason: string | undefined;
  readonly firstMs: number;
  lastMs: number;
  count: number;
  readonly operations: Map<string, number>;
  readonly filters: Map<string, number>;
}

/**
 * The audit of the audit: every read, search, export, verification and refusal becomes an event of the log it
 * concerns, one per credential, act and minute, so that reading cannot flood the log. Its own events are written
 * straight into the ledger, so writing them is never itself audited: there is no loop.
 *
 * A crash loses the windows still open, at most a minute of counts; an orderly stop writes them.
 */
export class SelfAudit {
  readonly #ledger: Pick<Ledger, 'append'>;
  readonly #now: () => number;
  readonly #logger: AuditLogger;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();
  #unknownAddresses = 0;

  constructor(options: SelfAuditOptions) {
    this.#ledger = options.ledger;
    this.#now = options.now;
    this.#logger = options.logger;
    this.#windowMs = options.windowMs ?? AUDIT_WINDOW_MS;
    this.#timer = setInterval(() => this.#closeDue(), Math.max(10, this.#windowMs / 12)).unref();
  }

  /**
   * Notes that a part of the log was shown.
   *
   * @param operation the operation's id, e.g. `listEvents`
   * @param filters   names of the filters used, never their values: those may be personal data
   */
  noteRead(caller: Caller, type: AuditedAct, operation: string, filters: readonly string[] = []): void {
    this.#note(caller.tenant, { type, status: 'success', caller, operation, filters, reason: undefined });
  }

  /** Notes that a credential asked for what it may not have; in the log of its own tenant (trap 24). */
  noteDenied(caller: Caller, operation: string, reason: string): void {
    this.#note(caller.key.tenant, {
      type: 'permission.denied',
      status: 'denied',
      caller,
      operation,
      filters: [],
      reason,
    });
  }

  /** Notes a credential that does not exist or does not count; in the server's own log. */
  noteUnknownCredential(address: string, reason: string): void {
    const key = `unknown ${this.#windows.size < AUDIT_WINDOWS_MAX && this.#unknownAddresses < AUDIT_UNKNOWN_ADDRESSES_MAX ? address : 'others'} ${reason}`;
    let window = this.#windows.get(key);
    if (window === undefined) {
      this.#unknownAddresses += 1;
      // Anonymous with an address is a data subject of its own: the address is sealed (event.md).
      const actor = key.startsWith('unknown others')
        ? { type: 'anonymous' }
        : { type: 'anonymous', ip_address: address };
      const parts = {
        tenant: SYSTEM_TENANT,
        type: 'security.unauthorized_access',
        status: 'denied',
        actor,
        personal: [],
        reason,
      } as const;
      window = this.#open(key, parts);
    }
    this.#count(window, 'authenticate', []);
  }

  /** Writes one event at once and waits until it is durable: key changes, tenants made, start and stop. */
  async record(tenant: string, event: object): Promise<void> {
    const [result] = await this.#ledger.append(tenant, [this.#normalize(tenant, event)]);
    if (result?.kind !== 'receipt')
      throw new Error(`the server's own event was refused: ${JSON.stringify(result)}`);
  }

  /** Writes every open window; for a graceful stop. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closeDue(Number.POSITIVE_INFINITY);
    await this.#writing;
  }

  /** Writes what is open now; tests look at the log afterwards. */
  async flush(): Promise<void> {
    this.#closeDue(Number.POSITIVE_INFINITY);
    await this.#writing;
  }

  #note(
    tenant: string,
    act: {
      type: Window['type'];
      status: Window['status'];
      caller: Caller;
      operation: string;
      filters: readonly string[];
      reason: string | undefined;
    },
  ): void {
    const { key, address } = act.caller;
    const name = `${act.type} ${key.id} ${tenant} ${act.reason ?? ''}`;
    const window =
      this.#windows.get(name) ??
      this.#open(name, {
        tenant,
        type: act.type,
        status: act.status,
        reason: act.reason,
        ...auditActor(key, address),
      });
    this.#count(window, act.operation, act.filters);
  }

  #open(
    name: string,
    parts: Pick<Window, 'tenant' | 'type' | 'status' | 'actor' | 'personal' | 'reason'>,
  ): Window {
    if (this.#windows.size >= AUDIT_WINDOWS_MAX) this.#closeDue(Number.POSITIVE_INFINITY);
    const nowMs = this.#now();
    const window: Window = {
      ...parts,
      firstMs: nowMs,
      lastMs: nowMs,
      count: 0,
      operations: new Map(),
      filters: new Map(),
    };
    this.#windows.set(name, window);
    return window;
  }

  #count(window: Window, operation: string, filters: readonly string[]): void {
    window.count += 1;
    window.lastMs = this.#now();
    window.operations.set(operation, (window.operations.get(operation) ?? 0) + 1);
    for (const filter of filters) window.filters.set(filter, (window.filters.get(filter) ?? 0) + 1);
  }

  #closeDue(untilMs = this.#now()): void {
    const due = new Map<string, Window[]>();
    for (const [name, window] of this.#windows) {
      if (window.firstMs + this.#windowMs > untilMs) continue;
      this.#windows.delete(name);
      due.set(window.tenant, [...(due.get(window.tenant) ?? []), window]);
    }
    if (due.size === 0) return;
    this.#unknownAddresses = [...this.#windows.keys()].filter((name) => name.startsWith('unknown ')).length;
    this.#writing = this.#writing.then(() => this.#write(due));
  }

  async #write(due: ReadonlyMap<string, readonly Window[]>): Promise<void> {
    for (const [tenant, windows] of due) {
      try {
        await this.#ledger.append(
          tenant,
          windows.map((window) => this.#normalize(tenant, describeWindow(window))),
        );
      } catch (error) {
        // The acts themselves were answered; what is lost is said where an operator looks.
        const acts = windows.map(({ type, count }) => ({ type, count }));
        this.#logger.error({ err: error, tenant, acts }, 'the audit of the audit could not be written');
      }
    }
  }

  #normalize(tenant: string, event: object): IncomingEvent {
    const outcome = normalizeEvent(event, {
      tenantId: tenant,
      nowMs: this.#now(),
      newId: newEventId,
      receivedFrom: 'attestry',
    });
    if (!outcome.ok)
      throw new Error(`the server's own event is not valid: ${JSON.stringify(outcome.problems)}`);
    return outcome;
  }
}

/** The credential as the actor of an event. Its public id, never a piece of the secret (trap 30). */
export function auditActor(
  key: ApiKey,
  address: string,
): { readonly actor: object; readonly personal: readonly object[] } {
  const isPerson = key.subject !== undefined;
  const actor = {
    type: isPerson ? 'user' : 'service',
    id: key.subject ?? `key:${key.id}`,
    name: key.name,
    ip_address: address,
  };
  // A service is not a data subject, but the address it is used from may be somebody's: sealed under the key's own id.
  return { actor, personal: isPerson ? [] : [{ subject: `key:${key.id}`, paths: ['/actor/ip_address'] }] };
}

function describeWindow(window: Window): object {
  return {
    type: window.type,
    occurred_at: new Date(window.lastMs).toISOString(),
    actor: window.actor,
    action: {
      verb: window.type === 'audit_log.exported' ? 'export' : 'read',
      status: window.status,
      ...(window.reason === undefined ? {} : { error: window.reason }),
    },
    target: { type: 'audit_log', id: window.tenant },
    context: { service: 'attestry' },
    metadata: {
      count: window.count,
      first_at: new Date(window.firstMs).toISOString(),
      last_at: new Date(window.lastMs).toISOString(),
      operations: Object.fromEntries(window.operations),
      ...(window.filters.size === 0 ? {} : { filters: Object.fromEntries(window.filters) }),
    },
    ...(window.personal.length === 0 ? {} : { personal: window.personal }),
  };
}
