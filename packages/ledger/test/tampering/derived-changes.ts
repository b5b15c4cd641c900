import { VICTIM } from './base-folder.ts';
import type { ExpectedFinding } from './tampering-case.ts';

/** What a superuser does to something that is made from the records, how it is taken back, and what is said of it. */
export interface DerivedChange {
  readonly name: string;
  readonly change: string;
  readonly undo: string;
  readonly finds: ExpectedFinding;
  /** Who must verify to find it; `attestry_read` when absent. */
  readonly user?: string;
}

const TENANT = "(SELECT tenant_no FROM tenants WHERE tenant = 'default')";
const OF_VICTIM = `WHERE tenant_no = ${TENANT} AND seq = ${VICTIM}`;

/** Whoever removes documents makes the follower make them again, unless this trigger is off meanwhile. */
const unnoticed = (statement: string): string =>
  `ALTER TABLE search_documents DISABLE TRIGGER documents_removed; ${statement};
   ALTER TABLE search_documents ENABLE ALWAYS TRIGGER documents_removed`;

/** Writes a row of a table anew while an index of it takes no entries. */
const hiddenFrom = (index: string, statement: string): string =>
  `UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = '${index}'::regclass; ${statement};
   UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = '${index}'::regclass`;

export const derivedChanges: readonly DerivedChange[] = [
  {
    name: 'another word in a document of the search index',
    change: `UPDATE search_documents SET words = words || ' forged' ${OF_VICTIM}`,
    undo: `UPDATE search_documents SET words = replace(words, ' forged', '') ${OF_VICTIM}`,
    finds: { code: 'SEARCH_PROJECTION', seq: VICTIM, detail: /other words/ },
  },
  {
    name: 'a document of the search index removed',
    change: `CREATE TABLE saved.document AS SELECT * FROM search_documents ${OF_VICTIM};
      ${unnoticed(`DELETE FROM search_documents ${OF_VICTIM}`)}`,
    undo: 'INSERT INTO search_documents SELECT * FROM saved.document; DROP TABLE saved.document',
    finds: { code: 'SEARCH_PROJECTION', seq: VICTIM, detail: /has no document/ },
  },
  {
    name: 'a document of the search index under another time, where pages do not look for it',
    change: `UPDATE search_documents SET recorded_at = recorded_at + interval '1 month' ${OF_VICTIM}`,
    undo: `UPDATE search_documents SET recorded_at = recorded_at - interval '1 month' ${OF_VICTIM}`,
    finds: { code: 'SEARCH_PROJECTION', seq: VICTIM, detail: /has no document/ },
  },
  {
    name: 'a document of no event in the search index',
    change: `INSERT INTO search_documents VALUES (0, now(), now(), ${TENANT}, 'invented')`,
    undo: unnoticed("DELETE FROM search_documents WHERE words = 'invented'"),
    finds: { code: 'SEARCH_PROJECTION', seq: 0, detail: /belongs to no event/ },
  },
  {
    name: 'an event id that its index does not have, so that the event could be recorded again',
    change: `ALTER TABLE event_ids DISABLE TRIGGER append_only;
      ${hiddenFrom(
        'event_ids_pkey',
        `WITH gone AS (DELETE FROM event_ids ${OF_VICTIM} RETURNING *) INSERT INTO event_ids SELECT * FROM gone`,
      )};
      ALTER TABLE event_ids ENABLE ALWAYS TRIGGER append_only`,
    undo: 'REINDEX INDEX event_ids_pkey',
    finds: { code: 'UNREADABLE', detail: /the index event_ids_pkey has \d+ entries for \d+ rows/ },
  },
  {
    name: 'a document that the index of words does not have',
    change: unnoticed(
      hiddenFrom(
        'search_documents_words',
        `WITH gone AS (DELETE FROM search_documents ${OF_VICTIM} RETURNING *)
         INSERT INTO search_documents SELECT * FROM gone`,
      ),
    ),
    undo: 'REINDEX INDEX search_documents_words',
    finds: { code: 'UNREADABLE', detail: /the index search_documents_words has \d+ entries for \d+ rows/ },
    user: 'postgres',
  },
  {
    name: 'the version of the documents removed, so that they are not compared any more',
    change: 'CREATE TABLE saved.version AS SELECT * FROM search_version; DELETE FROM search_version',
    undo: 'INSERT INTO search_version SELECT * FROM saved.version; DROP TABLE saved.version',
    finds: { code: 'UNREADABLE', detail: /search_version has lost its row/ },
  },
  {
    name: 'a mark of time that sends readers to the wrong months',
    change: `INSERT INTO time_marks VALUES (100, '2020-01-01', ${TENANT})`,
    undo: `ALTER TABLE time_marks DISABLE TRIGGER append_only; DELETE FROM time_marks WHERE last_at = '2020-01-01';
      ALTER TABLE time_marks ENABLE ALWAYS TRIGGER append_only`,
    finds: { code: 'PROJECTION', seq: 100, field: 'time_marks' },
  },
];
