-- The four roles. Safe to run again. Runs with search_path = <schema>, pg_temp, after the migrations, as a superuser or as
-- the owner of the database with CREATEROLE. What they may do is in grants.sql.
--
--   attestry_migrate  owns everything; changes the tables
--   attestry_write    the server: appends, and keeps settings, keys, checkpoints, leases
--   attestry_read     verification, exports, read-only commands
--   attestry_prune    takes texts and seals out of records; only as the current role (SET ROLE attestry_prune)
--
-- They may log in, and have no password until one is set: ALTER ROLE attestry_write PASSWORD '...'.

DO $$
DECLARE role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['attestry_migrate', 'attestry_write', 'attestry_read', 'attestry_prune'] LOOP
    -- Whoever runs this again, attestry_migrate for one, need not be allowed what is done already.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I LOGIN', role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- made by somebody else just now
      END;
    END IF;
    IF NOT has_database_privilege(role, current_database(), 'CONNECT') THEN
      EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
  END LOOP;
  -- Since PostgreSQL 16 who makes a role may give it to others and still not use it. Either way only as a member.
  IF NOT pg_has_role('attestry_migrate', 'USAGE') THEN GRANT attestry_migrate TO CURRENT_USER; END IF;
END $$;

-- By their names: what somebody else has put into the schema stays theirs.
DO $$
DECLARE
  mine oid := (SELECT oid FROM pg_namespace WHERE nspname = current_schema());
  tables name[] := ARRAY['schema_migrations', 'tenants', 'heads', 'records', 'record_chunks', 'event_ids', 'data_keys',
    'tiles', 'checkpoints', 'admin', 'settings_versions', 'leases', 'cursors', 'search_documents', 'search_version',
    'time_marks'];
  functions name[] := ARRAY['append', 'make_partition', 'refuse_change', 'visible_tenant_nos', 'visible_tenants',
    'forget_search_cursors', 'mark_time', 'before_prune', 'after_prune'];
  statement text;
BEGIN
  EXECUTE format('ALTER SCHEMA %I OWNER TO attestry_migrate', current_schema());
  FOR statement IN
    SELECT format('ALTER TABLE %s OWNER TO attestry_migrate', c.oid::regclass) FROM pg_class AS c
      WHERE c.relnamespace = mine AND c.relkind IN ('r', 'p', 'v') AND pg_get_userbyid(c.relowner) <> 'attestry_migrate'
        AND (c.relname = ANY (tables) OR EXISTS (
          SELECT FROM pg_inherits AS i WHERE i.inhrelid = c.oid AND i.inhparent = to_regclass('records')))
    UNION ALL
    SELECT format('ALTER FUNCTION %s OWNER TO attestry_migrate', p.oid::regprocedure) FROM pg_proc AS p
      WHERE p.pronamespace = mine AND pg_get_userbyid(p.proowner) <> 'attestry_migrate' AND p.proname = ANY (functions)
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO attestry_migrate', t.oid::regtype) FROM pg_type AS t
      WHERE t.typnamespace = mine AND pg_get_userbyid(t.typowner) <> 'attestry_migrate' AND t.typname = 'head_move'
  LOOP
    EXECUTE statement;
  END LOOP;
END $$;
