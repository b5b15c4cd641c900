-- lock ----------------------------------------------------------------------------------------------------------

SET lock_timeout = 0;
SELECT pg_advisory_lock(hashtextextended('attestry migrate attestry', 0));

-- schema --------------------------------------------------------------------------------------------------------

CREATE SCHEMA "attestry";
CREATE TABLE IF NOT EXISTS "attestry"."schema_migrations" (
  version integer PRIMARY KEY,
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- 0001_ledger ---------------------------------------------------------------------------------------------------

BEGIN;
SET LOCAL search_path = "attestry", pg_temp;

-- The ledger. Runs in one transaction with search_path = <schema>, pg_temp; nothing here names the schema.
--
-- Every table with a tenant has row-level security: a transaction sees the tenants it has named by
--   set_config('attestry.tenant_nos', '{1,2}', true)      numbers; or '*' for what concerns all of them
--   set_config('attestry.tenants', '{acme}', true)        names; for tenants and admin only
-- and none without. Append-only is kept by triggers that are ENABLE ALWAYS, so that session_replication_role does not
-- switch them off; only the role attestry_prune may pass them, and only by being the current role.

CREATE FUNCTION visible_tenant_nos() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN current_setting('attestry.tenant_nos', true) IN ('', '*') THEN '{}'
    ELSE current_setting('attestry.tenant_nos', true)::integer[] END
$$;

CREATE FUNCTION visible_tenants() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN current_setting('attestry.tenants', true) IN ('', '*') THEN '{}'
    ELSE current_setting('attestry.tenants', true)::text[] END
$$;

CREATE TABLE tenants (
  tenant_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL UNIQUE,
  index_key bytea
);

-- One row per log; the fence of every append. Half-empty pages, so that moving a head never touches its index.
CREATE TABLE heads (
  tenant_no integer PRIMARY KEY REFERENCES tenants,
  size bigint NOT NULL,
  last_at timestamptz NOT NULL,
  origin text COLLATE "C" NOT NULL,
  frontier bytea NOT NULL,
  last_hash bytea NOT NULL
) WITH (fillfactor = 50);

-- Columns in the order that needs no padding. occurred_at and everything after it is null unless it is an event;
-- text (the exact bytes that were hashed) and the seals are null when the record was pruned.
CREATE TABLE records (
  seq bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  occurred_at timestamptz,
  actor bigint,
  actor_email bigint,
  ip bigint,
  ip_net bigint,
  ip_wide bigint,
  session bigint,
  target bigint,
  request_id bigint,
  correlation_id bigint,
  parent_id bigint,
  execution_id bigint,
  tenant_no integer NOT NULL,
  http_status smallint,
  type text COLLATE "C",
  category text COLLATE "C",
  severity text COLLATE "C",
  status text COLLATE "C",
  verb text COLLATE "C",
  project text COLLATE "C",
  actor_type text COLLATE "C",
  target_type text COLLATE "C",
  traffic_light text COLLATE "C",
  hash bytea NOT NULL,
  text bytea,
  seal_key_nos integer[],
  seal_envelopes bytea[],
  PRIMARY KEY (tenant_no, seq, recorded_at)
) PARTITION BY RANGE (recorded_at);

-- Everything that a query may begin with. Blind indexes are keyed by tenant, so theirs need no tenant_no. Those without a
-- time hold equal values once (6 bytes per row); rows that nobody looks for by that value are left out. Behind row-level
-- security an inverted index would not be used (0007 of docs/decisions).
CREATE INDEX records_by_time ON records (tenant_no, occurred_at, seq) WHERE occurred_at IS NOT NULL;
CREATE INDEX records_by_actor ON records (actor, occurred_at) WHERE actor IS NOT NULL;
CREATE INDEX records_by_target ON records (target, occurred_at) WHERE target IS NOT NULL;
CREATE INDEX records_by_actor_email ON records (actor_email) WHERE actor_email IS NOT NULL;
CREATE INDEX records_by_ip ON records (ip) WHERE ip IS NOT NULL;
CREATE INDEX records_by_ip_net ON records (ip_net) WHERE ip_net IS NOT NULL;
CREATE INDEX records_by_ip_wide ON records (ip_wide) WHERE ip_wide IS NOT NULL;
CREATE INDEX records_by_session ON records (session) WHERE session IS NOT NULL;
CREATE INDEX records_by_request_id ON records (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX records_by_correlation_id ON records (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE INDEX records_by_parent_id ON records (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX records_by_execution_id ON records (execution_id) WHERE execution_id IS NOT NULL;
CREATE INDEX records_by_type ON records (tenant_no, type, status) WHERE type IS NOT NULL;
CREATE INDEX records_by_category ON records (tenant_no, category, status) WHERE category IS NOT NULL;
CREATE INDEX records_by_verb ON records (tenant_no, verb) WHERE verb IS NOT NULL;
CREATE INDEX records_by_target_type ON records (tenant_no, target_type) WHERE target_type IS NOT NULL;
CREATE INDEX records_by_project ON records (tenant_no, project) WHERE project IS NOT NULL;
CREATE INDEX records_by_severity ON records (tenant_no, severity) WHERE severity IN ('high', 'critical');
CREATE INDEX records_by_status ON records (tenant_no, status) WHERE status <> 'success';
CREATE INDEX records_by_actor_type ON records (tenant_no, actor_type) WHERE actor_type <> 'user';
CREATE INDEX records_by_traffic_light ON records (tenant_no, traffic_light) WHERE traffic_light IS NOT NULL;
CREATE INDEX records_by_http_status ON records (tenant_no, http_status) WHERE http_status IS NOT NULL;
CREATE INDEX records_by_regulation ON records (tenant_no, occurred_at, seq)
  WHERE position('"regulations_checked":['::bytea IN text) > 0;

-- Not a unique index of records: that would have to contain the partition column, and an id is unique for ever.
CREATE TABLE event_ids (
  seq bigint NOT NULL,
  id uuid NOT NULL,
  tenant_no integer NOT NULL,
  PRIMARY KEY (tenant_no, id)
);

CREATE TABLE data_keys (
  key_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_no integer NOT NULL REFERENCES tenants,
  kid text COLLATE "C" NOT NULL,
  sub text COLLATE "C" NOT NULL,
  subject_index bytea,
  wrapped bytea,
  subject_sealed bytea,
  UNIQUE (tenant_no, kid)
);
CREATE UNIQUE INDEX data_keys_live ON data_keys (tenant_no, subject_index) WHERE subject_index IS NOT NULL;
CREATE INDEX data_keys_by_sub ON data_keys (tenant_no, sub);

-- Full tiles from level 1 on: those of level 0 are the hashes of 256 rows of records.
CREATE TABLE tiles (
  tile_index bigint NOT NULL,
  tenant_no integer NOT NULL,
  level smallint NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (tenant_no, level, tile_index)
);
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL; -- hashes cannot be compressed

CREATE TABLE checkpoints (
  size bigint NOT NULL,
  signed_at timestamptz NOT NULL,
  tenant_no integer NOT NULL,
  note text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_no, size)
);

CREATE TABLE admin (
  kind text COLLATE "C" NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (kind, tenant, id)
);

-- Counts the changes of admin and of keys: what a node has in memory is stale when this has moved.
CREATE TABLE settings_version (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  version bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO settings_version (version) VALUES (1);

-- Who may sign, run a follower or a job. The token grows with each change of holder and is checked by every write.
CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text COLLATE "C" NOT NULL,
  token bigint NOT NULL,
  until timestamptz NOT NULL
) WITH (fillfactor = 50);

-- How far each follower has come; may be deleted, then the follower begins again.
CREATE TABLE cursors (
  follower text COLLATE "C" NOT NULL,
  tenant_no integer NOT NULL,
  next_seq bigint NOT NULL,
  PRIMARY KEY (follower, tenant_no)
) WITH (fillfactor = 50);

-- Row-level security -------------------------------------------------------------------------------------------------

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['heads', 'records', 'event_ids', 'data_keys', 'tiles', 'checkpoints', 'cursors'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    -- Sub-selects are evaluated once per statement, not once per row.
    EXECUTE format('CREATE POLICY named_tenants ON %I
      USING (tenant_no = ANY ((SELECT visible_tenant_nos())::integer[]))', name);
    EXECUTE format('CREATE POLICY all_tenants ON %I
      USING ((SELECT current_setting(''attestry.tenant_nos'', true) = ''*''))', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['tenants', 'admin'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY named_tenants ON %I
      USING (tenant = ANY ((SELECT visible_tenants())::text[]))', name);
    EXECUTE format('CREATE POLICY all_tenants ON %I
      USING ((SELECT current_setting(''attestry.tenants'', true) = ''*''))', name);
  END LOOP;
END $$;

-- Append-only --------------------------------------------------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' AND current_user = 'attestry_prune' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'ATA01',
    MESSAGE = format('%s is append-only: %s refused', TG_TABLE_NAME, TG_OP);
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON records FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON event_ids FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON tiles FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON data_keys FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON checkpoints FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON leases FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER same_tenant BEFORE UPDATE ON tenants FOR EACH ROW
  WHEN ((OLD.tenant_no, OLD.tenant) IS DISTINCT FROM (NEW.tenant_no, NEW.tenant))
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER forward_only BEFORE UPDATE ON heads FOR EACH ROW
  WHEN (OLD.tenant_no <> NEW.tenant_no OR NEW.size < OLD.size OR NEW.last_at < OLD.last_at)
  EXECUTE FUNCTION refuse_change();
-- A key may be destroyed; it does not come back, and no other takes its place.
CREATE TRIGGER same_key BEFORE UPDATE ON data_keys FOR EACH ROW
  WHEN ((OLD.key_no, OLD.tenant_no, OLD.kid, OLD.sub) IS DISTINCT FROM (NEW.key_no, NEW.tenant_no, NEW.kid, NEW.sub)
    OR OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL)
  EXECUTE FUNCTION refuse_change();
-- The same note again is the heartbeat of an idle log: it moves the time of signing and nothing else.
CREATE TRIGGER same_note BEFORE UPDATE ON checkpoints FOR EACH ROW
  WHEN ((OLD.tenant_no, OLD.size, OLD.note) IS DISTINCT FROM (NEW.tenant_no, NEW.size, NEW.note)
    OR NEW.signed_at < OLD.signed_at)
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER forward_only BEFORE UPDATE ON leases FOR EACH ROW
  WHEN (OLD.name <> NEW.name OR NEW.token < OLD.token)
  EXECUTE FUNCTION refuse_change();

DO $$
DECLARE name text; trigger_name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenants', 'heads', 'records', 'event_ids', 'data_keys', 'tiles', 'checkpoints', 'leases'] LOOP
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    FOR trigger_name IN SELECT tgname FROM pg_trigger
      WHERE tgrelid = format('%I.%I', current_schema(), name)::regclass AND NOT tgisinternal LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', name, trigger_name);
    END LOOP;
  END LOOP;
END $$;

-- Partitions ---------------------------------------------------------------------------------------------------------

-- Makes the partition of a month (UTC) unless it is there, whoever may append. The table is made first and then
-- attached, which waits for no reader and no writer; CREATE TABLE ... PARTITION OF would wait for all of them and make
-- everybody else wait behind it.
CREATE FUNCTION make_partition(day date) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET datestyle = 'ISO' SET timezone = 'UTC' AS $$
DECLARE
  first timestamptz := date_trunc('month', day::timestamp) AT TIME ZONE 'UTC';
  next timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
  name text := 'records_' || to_char(day, 'YYYY_MM');
BEGIN
  IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL THEN RETURN name; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || name, 0));
  IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL THEN RETURN name; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE records INCLUDING STORAGE INCLUDING COMPRESSION,
    CONSTRAINT month_only CHECK (recorded_at >= %L AND recorded_at < %L))', name, first, next);
  EXECUTE format('ALTER TABLE records ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, next);
  EXECUTE format('ALTER TABLE %I DROP CONSTRAINT month_only', name);
  -- Nobody has rights on a partition, and nobody sees a row in it, unless through records.
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_truncate', name);
  RETURN name;
END $$;
REVOKE ALL ON FUNCTION make_partition(date) FROM PUBLIC;

-- Append -------------------------------------------------------------------------------------------------------------

-- From which head to which a log is moved; last_hash and size before are the fence.
CREATE TYPE head_move AS (
  tenant_no integer,
  before_size bigint,
  before_hash bytea,
  size bigint,
  last_at timestamptz,
  origin text,
  frontier bytea,
  last_hash bytea
);

-- One append, in the one transaction of the statement that calls it. Raises ATM01 (detail: the numbers of the tenants
-- whose head is another) or ATD01 (an event id is there already); either way nothing is written.
CREATE FUNCTION append(moves head_move[], new_records records[], new_ids event_ids[], new_tiles tiles[])
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  tenant_nos integer[] := ARRAY(SELECT m.tenant_no FROM unnest(moves) AS m);
  row_count bigint;
BEGIN
  PERFORM set_config('attestry.tenant_nos', tenant_nos::text, true);
  INSERT INTO heads (tenant_no, size, last_at, origin, frontier, last_hash)
    SELECT m.tenant_no, 0, to_timestamp(0), m.origin, '', m.before_hash
    FROM unnest(moves) AS m WHERE m.before_size = 0 ORDER BY m.tenant_no
    ON CONFLICT DO NOTHING;
  -- Rows are locked in the order of their number, by everybody: no two appends can wait for each other.
  IF cardinality(moves) > 1 THEN
    PERFORM FROM heads AS h WHERE h.tenant_no = ANY (tenant_nos) ORDER BY h.tenant_no FOR UPDATE;
  END IF;
  UPDATE heads AS h SET size = m.size, last_at = m.last_at, origin = m.origin, frontier = m.frontier, last_hash = m.last_hash
    FROM unnest(moves) AS m
    WHERE h.tenant_no = m.tenant_no AND h.size = m.before_size AND h.last_hash = m.before_hash;
  GET DIAGNOSTICS row_count = ROW_COUNT;
  IF row_count <> cardinality(moves) THEN
    RAISE EXCEPTION USING ERRCODE = 'ATM01', MESSAGE = 'a head was moved',
      DETAIL = ARRAY(SELECT m.tenant_no FROM unnest(moves) AS m WHERE NOT EXISTS (SELECT FROM heads AS h
        WHERE h.tenant_no = m.tenant_no AND h.size = m.size AND h.last_hash = m.last_hash))::text;
  END IF;
  INSERT INTO event_ids SELECT * FROM unnest(new_ids) ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS row_count = ROW_COUNT;
  IF row_count <> cardinality(new_ids) THEN
    RAISE EXCEPTION USING ERRCODE = 'ATD01', MESSAGE = 'an event id is in its log already';
  END IF;
  INSERT INTO records SELECT * FROM unnest(new_records);
  INSERT INTO tiles SELECT * FROM unnest(new_tiles);
END $$;
REVOKE ALL ON FUNCTION append(head_move[], records[], event_ids[], tiles[]) FROM PUBLIC;

INSERT INTO "attestry"."schema_migrations" (version, name, sha256) VALUES (1, '0001_ledger', decode('54dbc943552cbbe6624c966c4156184c2ce73527cc6287445bd49f432fb4f3de', 'hex'));
COMMIT;

-- 0002_search ---------------------------------------------------------------------------------------------------

BEGIN;
SET LOCAL search_path = "attestry", pg_temp;

-- Full-text search. A projection of the ledger: whatever is lost here is made again by the follower.

-- The words of an event as JavaScript makes them (search/words), for PostgreSQL's parser makes others than FTS5: in
-- their order, a space between; those of sealed members behind, each marked by ~. The times are those of the record,
-- so that matches are sorted, and joined to their partition, without reading it.
CREATE TABLE search_documents (
  seq bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  tenant_no integer NOT NULL,
  words text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_no, seq)
);

-- An index of an expression costs 450 bytes per event (540 bytes) with its table, a tsvector column 590. The number of
-- the tenant is part of every lexeme, so that nobody pays for the words of others. Lexemes are collected before they
-- are sorted in, which is three times as fast; a search looks through at most this many kB of them.
CREATE INDEX search_documents_words ON search_documents USING gin ((
  array_to_tsvector(string_to_array(
    tenant_no::text || '.' || replace(words, ' ', ' ' || tenant_no::text || '.'), ' '))
)) WITH (gin_pending_list_limit = 1024);

-- How many elements are counted: the planner has to know which words are frequent.
ALTER INDEX search_documents_words ALTER COLUMN 1 SET STATISTICS 300;

-- What the documents were made with; another version is made anew.
CREATE TABLE search_version (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  version integer NOT NULL
);
INSERT INTO search_version (version) VALUES (0);

ALTER TABLE search_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_documents FORCE ROW LEVEL SECURITY;

-- Behind row-level security an index is used only for operators that are LEAKPROOF, which @@ is not. Conditions of the
-- policy itself may use any index, so what is searched for is part of it: set_config('attestry.search', …, true).
-- Nothing set = nothing seen.
CREATE POLICY asked_documents ON search_documents FOR SELECT USING (
  tenant_no = ANY ((SELECT visible_tenant_nos())::integer[])
  AND array_to_tsvector(string_to_array(
    tenant_no::text || '.' || replace(words, ' ', ' ' || tenant_no::text || '.'), ' '))
    @@ nullif(current_setting('attestry.search', true), '')::tsquery);
CREATE POLICY add_documents ON search_documents FOR INSERT WITH CHECK (
  tenant_no = ANY ((SELECT visible_tenant_nos())::integer[]));
CREATE POLICY remove_documents ON search_documents FOR DELETE USING (
  tenant_no = ANY ((SELECT visible_tenant_nos())::integer[]));

-- Whoever removes documents makes the follower begin again, so that what is lost comes back.
CREATE FUNCTION forget_search_cursors() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE visible text := current_setting('attestry.tenant_nos', true);
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM cursors WHERE follower = 'search' AND tenant_no IN (SELECT removed.tenant_no FROM removed);
    RETURN NULL;
  END IF;
  PERFORM set_config('attestry.tenant_nos', '*', true);
  DELETE FROM cursors WHERE follower = 'search';
  PERFORM set_config('attestry.tenant_nos', coalesce(visible, ''), true);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION forget_search_cursors() FROM PUBLIC;
CREATE TRIGGER documents_removed AFTER DELETE ON search_documents
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION forget_search_cursors();
CREATE TRIGGER documents_truncated AFTER TRUNCATE ON search_documents
  FOR EACH STATEMENT EXECUTE FUNCTION forget_search_cursors();
ALTER TABLE search_documents ENABLE ALWAYS TRIGGER documents_removed;
ALTER TABLE search_documents ENABLE ALWAYS TRIGGER documents_truncated;

INSERT INTO "attestry"."schema_migrations" (version, name, sha256) VALUES (2, '0002_search', decode('a30b98734b48cd36ba9023495079bd5ef5597c6d25f5c49bc02aaea352ec9f31', 'hex'));
COMMIT;

-- 0003_time_marks -----------------------------------------------------------------------------------------------

BEGIN;
SET LOCAL search_path = "attestry", pg_temp;

-- What reads by number, and nodes that share settings, need.

-- When a log passes from one week (UTC) to another: the record before `seq` was recorded at `last_at`. As time never goes
-- back in a log, a range of numbers lies between two times, and a read of it opens the partitions of these only.
CREATE TABLE time_marks (
  seq bigint NOT NULL,
  last_at timestamptz NOT NULL,
  tenant_no integer NOT NULL,
  PRIMARY KEY (tenant_no, seq)
);

ALTER TABLE time_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE time_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY named_tenants ON time_marks USING (tenant_no = ANY ((SELECT visible_tenant_nos())::integer[]));
CREATE POLICY all_tenants ON time_marks USING ((SELECT current_setting('attestry.tenant_nos', true) = '*'));

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON time_marks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON time_marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE time_marks ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE time_marks ENABLE ALWAYS TRIGGER no_truncate;

-- Nobody may write marks but this.
CREATE FUNCTION mark_time() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO time_marks (tenant_no, seq, last_at) VALUES (OLD.tenant_no, OLD.size, OLD.last_at);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION mark_time() FROM PUBLIC;
CREATE TRIGGER mark_time AFTER UPDATE ON heads FOR EACH ROW
  WHEN (OLD.size > 0 AND date_trunc('week', OLD.last_at, 'UTC') < date_trunc('week', NEW.last_at, 'UTC'))
  EXECUTE FUNCTION mark_time();
ALTER TABLE heads ENABLE ALWAYS TRIGGER mark_time;

-- Marks of what is there already.
SELECT set_config('attestry.tenant_nos', '*', true);
INSERT INTO time_marks (tenant_no, seq, last_at)
  SELECT tenant_no, seq + 1, recorded_at FROM (
    SELECT tenant_no, seq, recorded_at, lead(recorded_at) OVER (PARTITION BY tenant_no ORDER BY seq) AS next_at FROM records
  ) AS r WHERE date_trunc('week', recorded_at, 'UTC') < date_trunc('week', next_at, 'UTC');
SELECT set_config('attestry.tenant_nos', '', true);

-- As before, but who has waited for somebody making the same partition finds it: to_regclass remembers what it has not
-- found before the wait, a query does not.
CREATE OR REPLACE FUNCTION make_partition(day date) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET datestyle = 'ISO' SET timezone = 'UTC' AS $$
DECLARE
  first timestamptz := date_trunc('month', day::timestamp) AT TIME ZONE 'UTC';
  next timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
  name text := 'records_' || to_char(day, 'YYYY_MM');
BEGIN
  IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL THEN RETURN name; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || name, 0));
  PERFORM FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relname = name;
  IF FOUND THEN RETURN name; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE records INCLUDING STORAGE INCLUDING COMPRESSION,
    CONSTRAINT month_only CHECK (recorded_at >= %L AND recorded_at < %L))', name, first, next);
  EXECUTE format('ALTER TABLE records ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, next);
  EXECUTE format('ALTER TABLE %I DROP CONSTRAINT month_only', name);
  -- Nobody has rights on a partition, and nobody sees a row in it, unless through records.
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_truncate', name);
  RETURN name;
END $$;

-- Counts the changes of each kind of row in admin: what a node has in memory of a kind is stale when this has moved.
DROP TABLE settings_version;
CREATE TABLE settings_versions (
  kind text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO settings_versions (kind, version) SELECT DISTINCT kind, 1 FROM admin;

INSERT INTO "attestry"."schema_migrations" (version, name, sha256) VALUES (3, '0003_time_marks', decode('9a0026b4193f27b0d1a61258ec3dce8c39d86417d3a806b10e1554eed83b5a7c', 'hex'));
COMMIT;

-- partitions ----------------------------------------------------------------------------------------------------

SELECT "attestry"."make_partition"((now() + make_interval(months => n))::date)
    FROM generate_series(0, 3) AS n;

-- roles ---------------------------------------------------------------------------------------------------------

BEGIN;
SET LOCAL search_path = "attestry", pg_temp;

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

-- The least grants of the roles (roles.sql). Safe to run again; run after each change of the schema by its owner, so that
-- new tables have theirs.

GRANT SELECT ON schema_migrations, tenants, heads, records, event_ids, data_keys, tiles, checkpoints, admin,
  settings_versions, leases, cursors, time_marks TO attestry_write, attestry_read, attestry_prune;

GRANT INSERT ON tenants, heads, records, event_ids, data_keys, tiles, checkpoints, admin, settings_versions, leases,
  cursors TO attestry_write;
GRANT UPDATE ON heads, admin, settings_versions, leases, cursors TO attestry_write;
GRANT UPDATE (index_key) ON tenants TO attestry_write;
GRANT UPDATE (subject_index, wrapped, subject_sealed) ON data_keys TO attestry_write;
GRANT UPDATE (signed_at) ON checkpoints TO attestry_write;
GRANT DELETE ON admin, cursors TO attestry_write;
GRANT EXECUTE ON FUNCTION append(head_move[], records[], event_ids[], tiles[]), make_partition(date) TO attestry_write;

GRANT UPDATE (text, seal_key_nos, seal_envelopes, actor, actor_email, ip, ip_net, ip_wide, session, target, request_id,
  correlation_id, parent_id, execution_id) ON records TO attestry_prune;

GRANT SELECT ON search_documents, search_version TO attestry_write, attestry_read;
GRANT INSERT, DELETE, TRUNCATE ON search_documents TO attestry_write;
GRANT INSERT, UPDATE ON search_version TO attestry_write;

COMMIT;
