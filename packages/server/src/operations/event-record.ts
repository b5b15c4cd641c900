import type { Caller } from '../auth/caller.ts';
import { findVisibleEvent } from './find-visible-event.ts';
import type { Operations } from './operations.ts';

/** The stored text of an event's record: what is hashed. Members that are sealed stand in envelopes beside it. */
export async function eventRecord(ops: Operations, caller: Caller, id: string): Promise<string> {
  const { text } = await findVisibleEvent(ops, caller, id);
  ops.audit.noteRead(caller, 'audit_log.viewed', 'eventRecord');
  return text;
}
