import { normalizeEvent } from '@attestry/core';
import type { Caller } from '../auth/caller.ts';
import { CustomType } from '../schemas/custom-type.ts';
import { newEventId } from './event-ids.ts';
import type { Operations } from './operations.ts';

/** A schema that is not in force yet, and an event to try it on. */
export interface SchemaTestInput {
  readonly schema: object;
  readonly event: object;
  /** Type of the event, when it names none. */
  readonly type?: string;
}

/** Whether the event would be taken if the schema were in force. */
export interface SchemaTest {
  readonly ok: boolean;
  /** What would be refused: of the schema, or else of the event. */
  readonly problems: readonly {
    readonly of: 'schema' | 'event';
    readonly path: string;
    readonly detail: string;
  }[];
  /** Members of this event that the schema would have sealed. */
  readonly personal: readonly string[];
}

/** Tries a schema on an event as ingest would; nothing is stored. */
export function testSchema(ops: Operations, caller: Caller, input: SchemaTestInput): SchemaTest {
  const nowMs = ops.now();
  const type = CustomType.compile({
    type: input.type ?? '',
    version: 1,
    schema: input.schema,
    createdAtMs: nowMs,
    createdBy: caller.key.id,
  });
  if (!(type instanceof CustomType)) {
    const { path, detail } = type;
    return refused([{ of: 'schema', path, detail: `${path === '' ? 'The schema' : path} ${detail}.` }]);
  }
  const named = input.type === undefined ? {} : { type: input.type };
  const outcome = normalizeEvent(
    { ...named, ...input.event },
    { tenantId: caller.tenant, nowMs, newId: () => newEventId(nowMs), receivedFrom: caller.key.id },
  );
  if (!outcome.ok)
    return refused(outcome.problems.map(({ path, detail }) => ({ of: 'event', path, detail })));
  const judged = type.check(outcome.event);
  if ('path' in judged) return refused([{ of: 'event', ...judged }]);
  return { ok: true, problems: [], personal: judged.personal.flatMap(({ paths }) => paths) };
}

function refused(problems: SchemaTest['problems']): SchemaTest {
  return { ok: false, problems, personal: [] };
}
