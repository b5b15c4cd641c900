import type { Caller } from '../auth/caller.ts';
import { invalidParameter } from '../errors/api-error.ts';
import type { LiveFrame } from '../live/live-streams.ts';
import { compileAsked, type FilterInput, filterNames, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** What a stream is asked with, besides the filters. */
export interface StreamInput {
  /** Number of the last record that the reader has seen. */
  readonly after?: number | undefined;
}

/** A stream that may be started: its parameters are good. */
export type StartStream = (signal: AbortSignal) => AsyncGenerator<LiveFrame, void, void>;

/**
 * Prepares a stream of matching events in recorded order.
 *
 * @param lastEventId `Last-Event-ID` of a reader that comes back; counts more than `after`
 * @throws {ApiError} `invalid_parameter` naming the parameter, before anything is sent
 */
export async function openStream(
  ops: Operations,
  caller: Caller,
  input: FilterInput & StreamInput,
  lastEventId?: string | undefined,
): Promise<StartStream> {
  const { after: _after, ...asked } = input;
  const next = await nextOf(ops, caller, input.after, lastEventId);
  const filters = toEventFilters(asked, ops.now());
  const { view, personal } = caller.rights;
  const query =
    view === undefined || isEmptyView(view)
      ? undefined
      : {
          ...(await compileAsked(ops.ledger, caller.tenant, filters, { view, personal })),
          time: 'recorded' as const,
        };
  const credential = caller.viewer?.id ?? caller.session?.session.ref ?? caller.key.id;
  return (signal) => {
    const watch = { tenant: caller.tenant, query, next, credential, isLive: () => isLive(ops, caller) };
    const frames = ops.live.open(watch, signal);
    ops.audit.noteRead(caller, 'audit_log.searched', 'streamEvents', filterNames(asked));
    return frames;
  };
}

async function nextOf(
  ops: Operations,
  caller: Caller,
  after: number | undefined,
  lastEventId: string | undefined,
): Promise<number | undefined> {
  const name = lastEventId === undefined ? 'after' : 'Last-Event-ID';
  if (lastEventId !== undefined && !/^(?:0|[1-9]\d{0,15})$/.test(lastEventId))
    throw invalidParameter(
      name,
      `${name} must be the number of a record, as in the id of an event of a stream.`,
    );
  const seq = lastEventId === undefined ? after : Number(lastEventId);
  if (seq === undefined) return undefined;
  const size = (await ops.ledger.head(caller.tenant))?.size ?? 0;
  // A log that went back, or another tenant's number: going on from there would leave out what comes before it.
  if (seq >= size)
    throw invalidParameter(name, `${name} is ${seq}, which the log has not reached; begin anew without it.`);
  return seq + 1;
}

/** Whether a credential that was good still is. */
function isLive(ops: Operations, { key, session, viewer, address }: Caller): boolean {
  if (session !== undefined) return ops.sessions.isLive(session.id, address);
  if (viewer !== undefined && viewer.expiresAtMs <= ops.now()) return false;
  const usable = ops.keys.usable(key.id, viewer === undefined ? address : undefined);
  return typeof usable !== 'string' && usable.key.secretSha256 === key.secretSha256;
}
