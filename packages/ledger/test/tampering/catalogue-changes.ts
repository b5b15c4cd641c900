const FORGED_TRIGGER = `CREATE FUNCTION forged() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;

/** What a superuser can change of what the tables are, how it is taken back, and what must be said of it. */
export const catalogueChanges = [
  [
    'a trigger switched off',
    'ALTER TABLE records DISABLE TRIGGER append_only',
    'ALTER TABLE records ENABLE ALWAYS TRIGGER append_only',
    /trigger records.append_only is not the one/,
  ],
  [
    'a trigger that session_replication_role switches off',
    'ALTER TABLE event_ids ENABLE TRIGGER append_only',
    'ALTER TABLE event_ids ENABLE ALWAYS TRIGGER append_only',
    /trigger event_ids.append_only is not the one/,
  ],
  [
    'a trigger that drops what is appended',
    `${FORGED_TRIGGER}; CREATE TRIGGER later BEFORE INSERT ON event_ids FOR EACH ROW EXECUTE FUNCTION forged()`,
    'DROP FUNCTION forged() CASCADE',
    /trigger event_ids.later is no part/,
  ],
  [
    'a function that refuses nothing',
    `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
     SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN coalesce(NEW, OLD); END'`,
    'SELECT saved.restore_function()',
    /function refuse_change is not the one/,
  ],
  [
    'row-level security switched off',
    'ALTER TABLE records DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE records ENABLE ROW LEVEL SECURITY',
    /table records is not the one/,
  ],
  [
    'a policy that hides rows',
    'CREATE POLICY hiding ON records AS RESTRICTIVE USING (seq <> 137)',
    'DROP POLICY hiding ON records',
    /policy records.hiding is no part/,
  ],
  [
    'a column added',
    'ALTER TABLE heads ADD COLUMN note text',
    'ALTER TABLE heads DROP COLUMN note',
    /column heads.note is no part/,
  ],
  ['a table added', 'CREATE TABLE notes (note text)', 'DROP TABLE notes', /table notes is no part/],
  [
    'a view added',
    'CREATE VIEW everything AS SELECT * FROM records',
    'DROP VIEW everything',
    /table everything is no part/,
  ],
  [
    'an index that is marked as not valid',
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'event_ids_pkey'::regclass`,
    `UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'event_ids_pkey'::regclass`,
    /index event_ids_pkey is not the one/,
  ],
  [
    'a trigger switched off in one month',
    `ALTER TABLE records_2030_01 DISABLE TRIGGER append_only`,
    `ALTER TABLE records_2030_01 ENABLE ALWAYS TRIGGER append_only`,
    /trigger records_YYYY_MM.append_only is not the one/,
  ],
  [
    'a trigger dropped in one month',
    'DROP TRIGGER no_truncate ON records_2030_01',
    `CREATE TRIGGER no_truncate BEFORE TRUNCATE ON records_2030_01 FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
     ALTER TABLE records_2030_01 ENABLE ALWAYS TRIGGER no_truncate`,
    /trigger records_YYYY_MM.no_truncate is not the one/,
  ],
  [
    'a month that lies in another schema',
    'ALTER TABLE records_2030_01 SET SCHEMA saved',
    'ALTER TABLE saved.records_2030_01 SET SCHEMA attestry',
    /table records_YYYY_MM is not the one/,
  ],
  [
    'the right to delete records',
    'GRANT DELETE ON records TO attestry_write',
    'REVOKE DELETE ON records FROM attestry_write',
    /attestry_write may DELETE records/,
  ],
  [
    'the right of everybody to change a column',
    'GRANT UPDATE (size) ON heads TO PUBLIC',
    'REVOKE UPDATE (size) ON heads FROM PUBLIC',
    /everybody may UPDATE heads.size/,
  ],
  [
    'a rule that keeps rows out',
    'CREATE RULE nothing AS ON INSERT TO tiles DO INSTEAD NOTHING',
    'DROP RULE nothing ON tiles',
    /rule tiles.nothing is no part/,
  ],
] as const;
