import {
  EVENT_SEVERITIES,
  type EventCategory,
  formatIp,
  isJsonObject,
  type JsonObject,
  parseIp,
  parseRfc3339,
} from '@attestry/core';
import type { IncomingEvent } from '@attestry/ledger';
import type { BrowserClaims } from '../auth/browser-token.ts';
import { matchesType } from '../auth/rights.ts';
import { ApiError } from '../errors/api-error.ts';
import {
  PAGE_CLOCK_AHEAD_MS_MAX,
  PAGE_DEPTH_MAX,
  PAGE_EVENT_BYTES_MAX,
  PAGE_TEXT_CHARS_MAX,
} from '../limits.ts';
import type { RefusedEvent } from './event-outcome.ts';
import type { ReceivedEvent } from './ingest-events.ts';

/** Where a page's events come from. */
export interface PageConnection {
  readonly claims: BrowserClaims;
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** What a page may say of an event. All else is its backend's word, in the token, or the server's. */
const PAGE_MEMBERS: ReadonlySet<string> = new Set([
  ...['id', 'type', 'severity', 'occurred_at', 'action', 'target', 'context', 'http', 'data'],
  ...['performance', 'metadata'],
]);
const PAGE_CONTEXT_MEMBERS: ReadonlySet<string> = new Set([
  ...['request_id', 'correlation_id', 'parent_id', 'trace_id', 'span_id', 'reason'],
]);

/** The most a page may claim for what it sends: alerts above it are for what backends have seen. */
const PAGE_SEVERITY_MAX = 'medium';

/** Who signed in, who may do what, how things are set, what is an attack: a page that says so proves nothing. */
const BACKEND_CATEGORIES: readonly EventCategory[] = ['auth', 'admin', 'config', 'security', 'compliance'];

/** What our client reports a gap with: no token may silence it. */
const LOSS_TYPE = 'system.events.lost';

const USER_AGENT_CHARS_MAX = 1_000;

/** Puts what a page sent together with what its token and its connection say. */
export function pageEvent(sent: unknown, connection: PageConnection, nowMs: number): ReceivedEvent {
  const problem = judgePageEvent(sent);
  if (problem !== undefined) {
    const { code, path, detail } = problem;
    return { error: new ApiError('invalid_event', detail, { path, errors: [{ code, path, detail }] }) };
  }
  // The event model refuses what is no object, and says so.
  if (!isJsonObject(sent)) return { value: sent };
  const { claims, address, userAgent } = connection;
  const { occurred_at: occurredAt, ...said } = sent;
  const { context, metadata } = claims.defaults ?? {};
  return {
    value: {
      ...said,
      ...(occurredAt === undefined || isAhead(occurredAt, nowMs) ? {} : { occurred_at: occurredAt }),
      actor: {
        ...(claims.actor ?? { type: 'anonymous' }),
        ip_address: plainAddress(address),
        ...(userAgent === undefined ? {} : { user_agent: userAgent.slice(0, USER_AGENT_CHARS_MAX) }),
      },
      ...(context === undefined && said.context === undefined
        ? {}
        : { context: { ...(said.context as JsonObject | undefined), ...context } }),
      metadata: {
        ...(said.metadata as JsonObject | undefined),
        ...metadata,
        source: {
          kind: 'browser',
          origin: claims.origin,
          ...(isAboveMax(said.severity) ? { severity: said.severity } : {}),
        },
      },
    },
  };
}

/** One text for one address, whichever family the server listens on. */
function plainAddress(address: string): string {
  const ip = parseIp(address);
  return ip === undefined ? address : formatIp(ip);
}

interface PageProblem {
  readonly code: 'not_from_pages' | 'too_large' | 'too_long' | 'too_deep' | 'wrong_type';
  readonly path: string;
  readonly detail: string;
}

function judgePageEvent(sent: unknown): PageProblem | undefined {
  if (!isJsonObject(sent)) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(sent));
  if (bytes > PAGE_EVENT_BYTES_MAX) {
    const detail = `An event of a page has at most ${PAGE_EVENT_BYTES_MAX} bytes, this one ${bytes}.`;
    return { code: 'too_large', path: '', detail };
  }
  for (const name of Object.keys(sent))
    if (!PAGE_MEMBERS.has(name)) return notFromPages(`/${escapePointer(name)}`);
  for (const name of ['context', 'metadata'])
    if (sent[name] !== undefined && !isJsonObject(sent[name])) {
      const path = `/${name}`;
      return { code: 'wrong_type', path, detail: `${path} must be an object.` };
    }
  for (const name of Object.keys((sent.context ?? {}) as JsonObject))
    if (!PAGE_CONTEXT_MEMBERS.has(name)) return notFromPages(`/context/${escapePointer(name)}`);
  if ((sent.metadata as JsonObject | undefined)?.source !== undefined)
    return notFromPages('/metadata/source');
  return judgeValue(sent, '', 0);
}

function notFromPages(path: string): PageProblem {
  const detail = `${path} is not for a page to say: its backend fixes it in the browser token, or the server sets it.`;
  return { code: 'not_from_pages', path, detail };
}

/** @param depth levels above the value; the event itself has none */
function judgeValue(value: unknown, path: string, depth: number): PageProblem | undefined {
  if (typeof value === 'string') return value.length > PAGE_TEXT_CHARS_MAX ? tooLong(path) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > PAGE_DEPTH_MAX) {
    const detail = `${path} lies deeper than the ${PAGE_DEPTH_MAX} levels of a page's event.`;
    return { code: 'too_deep', path, detail };
  }
  for (const [name, member] of Object.entries(value)) {
    if (name.length > PAGE_TEXT_CHARS_MAX) return tooLong(path);
    const problem = judgeValue(member, `${path}/${escapePointer(name)}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function tooLong(path: string): PageProblem {
  const detail = `${path === '' ? 'The event' : path} has a text or a name of more than ${PAGE_TEXT_CHARS_MAX} characters.`;
  return { code: 'too_long', path, detail };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function isAhead(occurredAt: unknown, nowMs: number): boolean {
  const atMs = typeof occurredAt === 'string' ? parseRfc3339(occurredAt) : undefined;
  return atMs !== undefined && atMs > nowMs + PAGE_CLOCK_AHEAD_MS_MAX;
}

function isAboveMax(severity: unknown): boolean {
  const rank = (word: unknown): number => (EVENT_SEVERITIES as readonly unknown[]).indexOf(word);
  return rank(severity) > rank(PAGE_SEVERITY_MAX);
}

/** The last word on an event of a page, when the event model and the tenant's schemas have had theirs. */
export function reviewPageEvent(
  incoming: IncomingEvent,
  claims: BrowserClaims,
): IncomingEvent | Omit<RefusedEvent, 'index'> {
  const { type, category, severity } = incoming.event;
  const refusal = judgeType(type, category, claims.types);
  if (refusal !== undefined)
    return { answer: 'forbidden', code: 'forbidden', path: '/type', detail: refusal };
  return {
    ...incoming,
    event: isAboveMax(severity) ? { ...incoming.event, severity: PAGE_SEVERITY_MAX } : incoming.event,
    // A visitor's clock, address and browser may be others when a batch is sent again.
    defaulted: [...incoming.defaulted, 'occurred_at', 'client'],
  };
}

function judgeType(
  type: string,
  category: EventCategory,
  types: readonly string[] | undefined,
): string | undefined {
  if (type === LOSS_TYPE) return undefined;
  if (types !== undefined)
    return matchesType(type, types)
      ? undefined
      : `/type is none of those that the token is for: ${types.join(', ')}.`;
  return BACKEND_CATEGORIES.includes(category)
    ? `/type is of the category ${category}, which backends tell of; a page may when its token names the type in "types".`
    : undefined;
}
