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
