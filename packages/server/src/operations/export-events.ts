import type { Readable } from 'node:stream';
import type { Caller } from '../auth/caller.ts';
import { compileAsked, type FilterInput, filterNames, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';
import { parseFields } from './select-fields.ts';

/** What is exported, and how. */
export interface ExportInput {
  readonly format?: 'ndjson' | 'csv' | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly fields?: readonly string[] | undefined;
}

/** An export that may be started: its parameters are good. */
export interface EventExport {
  readonly contentType: string;
  readonly fileName: string;
  /** Starts it, and notes it in the log. */
  readonly start: () => Promise<Readable>;
}

/**
 * Streams every matching event in constant memory, read by a thread of its own. When something breaks on the way the
 * stream is destroyed, so that the client sees a broken transfer and never a short file that looks whole (trap 40).
 *
 * @throws {ApiError} `invalid_parameter` naming the parameter, before anything is sent
 */
export async function planExport(
  ops: Operations,
  caller: Caller,
  input: FilterInput & ExportInput,
): Promise<EventExport> {
  const format = input.format ?? 'ndjson';
  const fields = parseFields(input.fields);
  const filters = toEventFilters(input, ops.now());
  const { view, personal } = caller.rights;
  // With nothing to see there is still a whole file: a table has its header (trap 39).
  const query =
    view === undefined || isEmptyView(view)
      ? undefined
      : await compileAsked(ops.ledger, caller.tenant, filters, { view, personal });
  const stamp = new Date(ops.now()).toISOString().slice(0, 10);
  return {
    contentType: format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
    fileName: `${caller.tenant}-${stamp}.${format}`,
    start: async () => {
      const { tenant } = caller;
      const order = input.order ?? 'desc';
      const stream = await ops.exporter.start(
        { tenant, query, order, personal, format, fields },
        caller.key.id,
      );
      ops.audit.noteRead(caller, 'audit_log.exported', 'exportEvents', filterNames(input));
      return stream;
    },
  };
}
