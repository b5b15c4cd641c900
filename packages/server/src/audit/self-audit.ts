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

/** As browsers name the origin of a page; whoever is no browser may write anything there. */
const ORIGIN_PATTERN = /^(?:null|https?:\/\/[\w.:[\]-]{1,255})$/;

/** Repetitions of one act by one credential within a minute: the first is one event, the rest another. */
interface Window {
  readonly tenant: string;
  readonly type:
    | AuditedAct
    | 'token.issued'
    | 'permission.denied'
    | 'security.unauthorized_access'
    | 'user.login.failure';
  readonly status: 'success' | 'denied' | 'failure';
  readonly actor: object;
  /** Where the first of them came from; sealed. */
  readonly personal: readonly object[];
  readonly reason: string | undefined;
  /** What was acted on. */
  readonly target: { readonly type: string; readonly id: string };
  /** The viewer token that was refused. */
  readonly viewer?: UsedViewer | undefined;
  /** When it was opened: by the first act, which has an event of its own. */
  readonly openedMs: number;
  /** What is not written yet. */
  pending: Tally;
}

/** A viewer token, as a refusal names it. */
interface UsedViewer {
  readonly id: string;
  /** Id of the API key that made it. */
  readonly key: string;
  /** Whose pages it is for. */
  readonly origin: string;
  /** Whose page it came from, as the request said. */
  readonly used_from?: string;
}

/** Acts that become one event. */
interface Tally {
  firstMs: number;
  lastMs: number;
  count: number;
  readonly operations: Map<string, number>;
  readonly filters: Map<string, number>;
}

/** One event to write. */
interface AuditEvent {
  readonly window: Window;
  readonly tally: Tally;
}

function emptyTally(): Tally {
  return { firstMs: 0, lastMs: 0, count: 0, operations: new Map(), filters: new Map() };
}

/**
 * The audit of the audit: reads, searches, exports, verifications and refusals become events of the log they concern.
 * The first of a credential and kind is written at once; what follows within a minute becomes one event with the
 * counts, so that reading cannot flood the log. Its own events are written straight into the ledger, so writing them
 * is never itself audited: there is no loop.
 *
 * A crash can lose the counts of repetitions within the last minute, never that a credential read at all; an orderly
 * stop writes everything.
 */
export class SelfAudit {
  readonly #ledger: Pick<Ledger, 'append'>;
  readonly #now: () => number;
  readonly #logger: AuditLogger;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();
  readonly #timer: NodeJS.Timeout;
  /** First acts on their way to the log at the end of this turn of the event loop, together. */
  #firsts: AuditEvent[] = [];
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

  /**
   * Notes that a credential made a short-lived one out of itself.
   *
   * @param origin whose pages it is for
   */
  noteIssued(caller: Caller, operation: string, origin: string): void {
    this.#note(caller.tenant, {
      type: 'token.issued',
      status: 'success',
      caller,
      operation,
      filters: [],
      reason: undefined,
      target: { type: 'origin', id: origin },
    });
  }

  /**
   * Notes that a credential asked for what it may not have; in the log of its own tenant (trap 24).
   *
   * @param usedFrom origin of the page, where a token was used by another than the one it is for
   */
  noteDenied(caller: Caller, operation: string, reason: string, usedFrom?: string): void {
    this.#note(caller.key.tenant, {
      viewer: this.#usedViewer(caller, usedFrom),
      type: 'permission.denied',
      status: 'denied',
      caller,
      operation,
      filters: [],
      reason,
    });
  }

  /**
   * Notes that somebody could not sign in: in the log of the tenant whose key it was tried with, in the server's own
   * log when the key is unknown. The one who tries is not the key: nothing but an address is known.
   */
  noteSignInFailure(key: ApiKey | undefined, address: string, reason: string): void {
    if (key === undefined) {
      this.noteUnknownCredential(address, `sign-in: ${reason}`);
      return;
    }
    const isRoom = this.#windows.size < AUDIT_WINDOWS_MAX;
    const name = `user.login.failure ${key.id} ${isRoom ? address : 'others'} ${reason}`;
    const open = this.#windows.get(name);
    const parts = {
      tenant: key.tenant,
      type: 'user.login.failure',
      status: 'failure',
      actor: isRoom ? { type: 'anonymous', ip_address: address } : { type: 'anonymous' },
      personal: [],
      reason,
      target: { type: 'api_key', id: key.id },
    } as const;
    this.#count(open ?? this.#open(name, parts), 'signIn', [], open === undefined);
  }

  /** Notes a credential that does not exist or does not count; in the server's own log. */
  noteUnknownCredential(address: string, reason: string): void {
    const key = `unknown ${this.#windows.size < AUDIT_WINDOWS_MAX && this.#unknownAddresses < AUDIT_UNKNOWN_ADDRESSES_MAX ? address : 'others'} ${reason}`;
    let window = this.#windows.get(key);
    const isFirst = window === undefined;
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
        target: { type: 'audit_log', id: SYSTEM_TENANT },
      } as const;
      window = this.#open(key, parts);
    }
    this.#count(window, 'authenticate', [], isFirst);
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
    this.#writeFirsts();
    this.#closeDue(Number.POSITIVE_INFINITY);
    await this.#writing;
  }

  /** Writes what is open now; tests look at the log afterwards. */
  async flush(): Promise<void> {
    this.#writeFirsts();
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
      /** The log itself, when absent. */
      target?: Window['target'];
      viewer?: UsedViewer | undefined;
    },
  ): void {
    const { key, address } = act.caller;
    const { target = { type: 'audit_log', id: tenant }, viewer } = act;
    const token = viewer === undefined ? '' : `${viewer.id} ${viewer.used_from ?? ''}`;
    const name = `${act.type} ${key.id} ${tenant} ${act.reason ?? ''} ${target.id} ${token}`;
    const open = this.#windows.get(name);
    const window =
      open ??
      this.#open(name, {
        tenant,
        type: act.type,
        status: act.status,
        reason: act.reason,
        target,
        viewer,
        ...(viewer === undefined ? auditActor(key, address) : viewerActor(viewer, address)),
      });
    this.#count(window, act.operation, act.filters, open === undefined);
  }

  /** Past so many windows the refusals of a key are one again, whichever of its tokens they are of. */
  #usedViewer({ key, viewer }: Caller, usedFrom: string | undefined): UsedViewer | undefined {
    if (viewer === undefined || this.#windows.size >= AUDIT_WINDOWS_MAX) return undefined;
    const { id, origin } = viewer;
    const isOrigin = usedFrom !== undefined && ORIGIN_PATTERN.test(usedFrom);
    return { id, key: key.id, origin, ...(isOrigin ? { used_from: usedFrom } : {}) };
  }

  #open(name: string, parts: Omit<Window, 'openedMs' | 'pending'>): Window {
    if (this.#windows.size >= AUDIT_WINDOWS_MAX) this.#closeDue(Number.POSITIVE_INFINITY);
    const window: Window = { ...parts, openedMs: this.#now(), pending: emptyTally() };
    this.#windows.set(name, window);
    return window;
  }

  #count(window: Window, operation: string, filters: readonly string[], isFirst: boolean): void {
    const { pending } = window;
    pending.lastMs = this.#now();
    if (pending.count === 0) pending.firstMs = pending.lastMs;
    pending.count += 1;
    pending.operations.set(operation, (pending.operations.get(operation) ?? 0) + 1);
    for (const filter of filters) pending.filters.set(filter, (pending.filters.get(filter) ?? 0) + 1);
    if (!isFirst) return;
    if (this.#firsts.length === 0) setImmediate(() => this.#writeFirsts());
    this.#firsts.push({ window, tally: pending });
    window.pending = emptyTally();
  }

  #writeFirsts(): void {
    const firsts = this.#firsts;
    this.#firsts = [];
    this.#enqueue(firsts);
  }

  #closeDue(untilMs = this.#now()): void {
    const due: AuditEvent[] = [];
    for (const [name, window] of this.#windows) {
      if (window.openedMs + this.#windowMs > untilMs) continue;
      this.#windows.delete(name);
      if (window.pending.count > 0) due.push({ window, tally: window.pending });
    }
    this.#unknownAddresses = [...this.#windows.keys()].filter((name) => name.startsWith('unknown ')).length;
    this.#enqueue(due);
  }

  #enqueue(events: readonly AuditEvent[]): void {
    if (events.length === 0) return;
    const byTenant = new Map<string, AuditEvent[]>();
    for (const event of events) {
      const { tenant } = event.window;
      const own = byTenant.get(tenant);
      if (own === undefined) byTenant.set(tenant, [event]);
      else own.push(event);
    }
    this.#writing = this.#writing.then(() => this.#write(byTenant));
  }

  async #write(byTenant: ReadonlyMap<string, readonly AuditEvent[]>): Promise<void> {
    for (const [tenant, events] of byTenant) {
      try {
        await this.#ledger.append(
          tenant,
          events.map((event) => this.#normalize(tenant, describe(event))),
        );
      } catch (error) {
        // The acts themselves were answered; what is lost is said where an operator looks.
        const acts = events.map(({ window, tally }) => ({ type: window.type, count: tally.count }));
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
      isOwn: true,
    });
    if (!outcome.ok)
      throw new Error(`the server's own event is not valid: ${JSON.stringify(outcome.problems)}`);
    return outcome;
  }
}

/** The credential as the actor of an event. Its public id, never a piece of the secret (trap 30). */
export function auditActor(
  key: ApiKey,
  address: string | undefined,
): { readonly actor: object; readonly personal: readonly object[] } {
  const isPerson = key.subject !== undefined;
  const actor = {
    type: isPerson ? 'user' : 'service',
    id: key.subject ?? `key:${key.id}`,
    name: key.name,
    ...(address === undefined ? {} : { ip_address: address }),
  };
  // A service is not a data subject, but the address it is used from may be somebody's: sealed under the key's own id.
  const isSealed = isPerson || address === undefined;
  return { actor, personal: isSealed ? [] : [{ subject: `key:${key.id}`, paths: ['/actor/ip_address'] }] };
}

/** A page that holds a viewer token: neither the key that made it nor the backend has done this. */
function viewerActor(
  { id, key, origin }: UsedViewer,
  address: string,
): { readonly actor: object; readonly personal: readonly object[] } {
  return {
    actor: {
      type: 'service',
      id: `viewer:${id}`,
      name: `viewer token for ${origin}`,
      ip_address: address,
    },
    personal: [{ subject: `key:${key}`, paths: ['/actor/ip_address'] }],
  };
}

/** What was done, where it is not reading. */
const VERBS: Readonly<Record<string, string>> = {
  'audit_log.exported': 'export',
  'token.issued': 'create',
  'user.login.failure': 'login',
};

function describe({ window, tally }: AuditEvent): object {
  return {
    type: window.type,
    occurred_at: new Date(tally.lastMs).toISOString(),
    actor: window.actor,
    action: {
      verb: VERBS[window.type] ?? 'read',
      status: window.status,
      ...(window.reason === undefined ? {} : { error: window.reason }),
    },
    target: window.target,
    context: { service: 'attestry' },
    metadata: {
      count: tally.count,
      first_at: new Date(tally.firstMs).toISOString(),
      last_at: new Date(tally.lastMs).toISOString(),
      operations: Object.fromEntries(tally.operations),
      ...(tally.filters.size === 0 ? {} : { filters: Object.fromEntries(tally.filters) }),
      ...(window.viewer === undefined ? {} : { viewer_token: window.viewer }),
    },
    ...(window.personal.length === 0 ? {} : { personal: window.personal }),
  };
}
