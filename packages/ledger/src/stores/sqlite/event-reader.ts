import type { DatabaseSync } from 'node:sqlite';
import type {
  EventPage,
  EventQuery,
  PageRequest,
  StatsBucket,
  StatsGroup,
} from '../../ports/event-query-store.ts';
import type { RecordReader } from './record-reader.ts';

export class EventReader {
  constructor(_db: DatabaseSync, _records: RecordReader, _searchPath: string | undefined) {}
  page(_query: EventQuery, _request: PageRequest): EventPage {
    throw new Error('not yet');
  }
  count(_query: EventQuery): number {
    throw new Error('not yet');
  }
  estimate(query: EventQuery): { readonly count: number; readonly exact: boolean } {
    return { count: this.count(query), exact: true };
  }
  stats(_query: EventQuery, _by: StatsGroup, _limit: number): { total: number; buckets: StatsBucket[] } {
    throw new Error('not yet');
  }
}
