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
