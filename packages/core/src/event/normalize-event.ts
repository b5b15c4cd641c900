import { EVENT_VALUES_MAX, OCCURRED_AHEAD_MS_MAX, PERSONAL_PATHS_MAX } from '../limits.ts';
import type { ChangeData } from './block-schemas.ts';
import { impliedStatus, isReservedType, RESERVED_TYPE_PREFIX } from './catalogue.ts';
import { changedFields } from './changed-fields.ts';
import { defaultCategory, defaultSeverity } from './defaults.ts';
import type { EventInput, NormalizedEvent, PersonalDeclaration } from './event-schema.ts';
import { checkSchema } from './event-validator.ts';
import { checkValues, hasMoreValues } from './free-values.ts';
import { isSealable } from './personal-members.ts';
import { type Problem, problem } from './problem.ts';
import { formatTime, isNormalizedTime, parseRfc3339 } from './rfc3339.ts';
import type { ActionStatus, EventSeverity } from './words.ts';

/** What the server knows and the client does not say. */
export interface NormalizeContext {
  /** Tenant of the credential. */
  readonly tenantId: string;
  /** Now, ms since 1970. */
  readonly nowMs: number;
  /** Makes the id of an event that has none: a UUID in lower case. */
  readonly newId: () => string;
  /** Id of the credential. */
  readonly receivedFrom?: string;
  /** The event is the server's own. Nobody else may send the types that it tells of itself with. */
  readonly isOwn?: boolean;
}

/** Members that were not sent, and are therefore ignored when a repeated id is compared. */
export type DefaultedMember = 'id' | 'occurred_at';

export type NormalizeResult =
  | {
      readonly ok: true;
      readonly event: NormalizedEvent;
      readonly personal: readonly PersonalDeclaration[];
      readonly defaulted: readonly DefaultedMember[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Checks what a client sent against the event model and brings it into the one shape that is recorded: id and times
 * in their normal form, category, severity and outcome filled in as far as the type says them, changed fields listed.
 *
 * Never changes the input; the result shares its unchanged parts with it. An event that was normalised before comes
 * out the same. Costs time in proportion to the size of the event, whatever is wrong with it.
 *
 * @param input  what the client sent, parsed
 * @returns the event, what is declared personal (taken out of the event) and what was not sent; or at most 20 problems
 */
export function normalizeEvent(input: unknown, context: NormalizeContext): NormalizeResult {
  if (hasMoreValues(input, EVENT_VALUES_MAX)) {
    const expected = `at most ${EVENT_VALUES_MAX} values, which is more than a record can hold`;
    return { ok: false, problems: [problem('too_many', '', expected, 'has too many members')] };
  }
  const shapeProblems = checkSchema(input);
  if (shapeProblems.length > 0) {
    return { ok: false, problems: shapeProblems };
  }
  // The schema was just checked; its static type is what it promises.
  const sent = input as EventInput;
  const problems = checkValues(sent);
  const occurredAtMs = sent.occurred_at === undefined ? context.nowMs : occurredMs(sent.occurred_at);
  checkMeaning(sent, occurredAtMs, context, problems);
  if (problems.length > 0) {
    return { ok: false, problems };
  }
  const defaulted: DefaultedMember[] = [];
  if (sent.id === undefined) {
    defaulted.push('id');
  }
  if (sent.occurred_at === undefined) {
    defaulted.push('occurred_at');
  }
  return { ok: true, event: complete(sent, occurredAtMs, context), personal: sent.personal ?? [], defaulted };
}

function occurredMs(text: string): number {
  const timeMs = parseRfc3339(text);
  if (timeMs === undefined) {
    throw new Error('the schema accepted a time that cannot be read');
  }
  return timeMs;
}

/** What the schema cannot say: comparisons with the credential, the clock, and between members. */
function checkMeaning(
  sent: EventInput,
  occurredAtMs: number,
  context: NormalizeContext,
  problems: Problem[],
): void {
  if (sent.tenant_id !== undefined && sent.tenant_id !== context.tenantId) {
    problems.push(
      problem(
        'tenant_mismatch',
        '/tenant_id',
        'the tenant of the credential, or nothing',
        'is another tenant',
      ),
    );
  }
  if (context.isOwn !== true && isReservedType(sent.type)) {
    problems.push(
      problem(
        'reserved_type',
        '/type',
        `a type that does not begin with "${RESERVED_TYPE_PREFIX}"`,
        'is only for what the server records about the log itself',
      ),
    );
  }
  if (occurredAtMs > context.nowMs + OCCURRED_AHEAD_MS_MAX) {
    problems.push(
      problem(
        'in_the_future',
        '/occurred_at',
        'a time at most 5 minutes ahead of the server',
        'lies in the future',
      ),
    );
  }
  if (sent.personal !== undefined) {
    checkPersonal(sent.personal, problems);
  }
}

function checkPersonal(declarations: readonly PersonalDeclaration[], problems: Problem[]): void {
  let paths = 0;
  for (const [index, declaration] of declarations.entries()) {
    paths += declaration.paths.length;
    for (const [pathIndex, path] of declaration.paths.entries()) {
      if (!isSealable(path)) {
        const at = `/personal/${index}/paths/${pathIndex}`;
        problems.push(
          problem(
            'not_sealable',
            at,
            'a member that the log does not need itself',
            'names what must stay readable',
          ),
        );
      }
    }
  }
  if (paths > PERSONAL_PATHS_MAX) {
    const expected = `at most ${PERSONAL_PATHS_MAX} paths over all subjects`;
    problems.push(problem('too_many', '/personal', expected, 'has too many paths'));
  }
}

/** The recorded shape, members in canonical order, which saves the canonical form a copy. */
function complete(sent: EventInput, occurredAtMs: number, context: NormalizeContext): NormalizedEvent {
  const status = sent.action?.status ?? impliedStatus(sent.type);
  const category = sent.category ?? defaultCategory(sent.type);
  const action = withStatus(sent.action, status);
  return {
    ...(action !== undefined && { action }),
    ...(sent.actor !== undefined && { actor: sent.actor }),
    ...(sent.ai !== undefined && { ai: sent.ai }),
    category,
    ...(sent.compliance !== undefined && { compliance: sent.compliance }),
    ...(sent.context !== undefined && { context: sent.context }),
    ...(sent.data !== undefined && { data: withFields(sent.data) }),
    ...(sent.http !== undefined && { http: sent.http }),
    id: sent.id === undefined ? context.newId() : sent.id.toLowerCase(),
    ...(sent.metadata !== undefined && { metadata: sent.metadata }),
    occurred_at: timeText(sent.occurred_at, occurredAtMs),
    ...(sent.performance !== undefined && { performance: sent.performance }),
    ...(context.receivedFrom !== undefined && { received_from: context.receivedFrom }),
    ...(sent.security !== undefined && { security: sent.security }),
    severity:
      sent.severity === undefined
        ? defaultSeverity({ type: sent.type, category, status, httpStatus: sent.http?.status_code })
        : severityOf(sent.severity),
    ...(sent.target !== undefined && { target: sent.target }),
    tenant_id: context.tenantId,
    type: sent.type,
  };
}

function timeText(sent: string | undefined, timeMs: number): string {
  return sent !== undefined && isNormalizedTime(sent) ? sent : formatTime(timeMs);
}

function severityOf(sent: EventSeverity | 'warning'): EventSeverity {
  return sent === 'warning' ? 'medium' : sent;
}

function withStatus(action: EventInput['action'], status: ActionStatus | undefined): EventInput['action'] {
  return status === undefined || action?.status === status ? action : { ...action, status };
}

function withFields(data: ChangeData): ChangeData {
  return data.fields === undefined && data.before !== undefined && data.after !== undefined
    ? { ...data, fields: changedFields(data.before, data.after) }
    : data;
}
