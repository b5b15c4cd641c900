import type { EventColumns, EventCondition, EventQuery } from '@attestry/ledger';

/** One event as the brute-force oracle of the query suite sees it. */
export interface KnownEvent {
  readonly seq: number;
  readonly atMs: number;
  readonly text: string;
  readonly columns: EventColumns;
}

/** What a query must find, by looking at every event, in ascending order. */
export function expectedEvents(events: readonly KnownEvent[], query: EventQuery): KnownEvent[] {
  const timeOf = (event: KnownEvent): number =>
    query.time === 'occurred' ? event.columns.occurredAtMs : event.atMs;
  return events
    .filter((event) => query.fromMs === undefined || timeOf(event) >= query.fromMs)
    .filter((event) => query.toMs === undefined || timeOf(event) < query.toMs)
    .filter((event) => query.conditions.every((condition) => matches(event, condition)))
    .sort((a, b) => (query.time === 'occurred' ? timeOf(a) - timeOf(b) : 0) || a.seq - b.seq);
}

function matches(event: KnownEvent, condition: EventCondition): boolean {
  const { columns, text } = event;
  switch (condition.kind) {
    case 'word':
      return condition.anyOf.includes(columns[condition.column] ?? '');
    case 'typePrefix':
      return (
        condition.exact.includes(columns.type) ||
        condition.prefixes.some((prefix) => columns.type.startsWith(prefix))
      );
    case 'blind':
      return condition.anyOf.includes(columns[condition.column] as bigint);
    case 'anyBlind':
      return condition.alternatives.some(({ column, anyOf }) => anyOf.includes(columns[column] as bigint));
    case 'httpStatus': {
      const status = columns.httpStatus;
      return status !== null && condition.ranges.some(({ from, to }) => from <= status && status <= to);
    }
    case 'metadata':
      return condition.anyOf.includes(metadataText(text, condition.path));
    case 'regulation': {
      const checked = JSON.parse(text).data.compliance?.regulations_checked ?? [];
      return condition.anyOf.some((name) => checked.includes(name));
    }
    case 'not':
      return !matches(event, condition.condition);
    case 'text':
      throw new Error('text is not in the oracle: it has a suite of its own');
  }
}

function metadataText(text: string, path: readonly string[]): string {
  let value: unknown = JSON.parse(text).data.metadata;
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
