-- The table of records as a hypertable, run once after the migrations of a new schema in a database that has the extension
-- TimescaleDB; 0001 has then made records without native partitions. {timescale} stands for the schema of the extension.
-- Written from its documentation (2.14 to 2.2x).
--
-- Row-level security cannot be had together with compression, and grants on a hypertable hold for its chunks, which have no
-- policies. So nobody but the owner has rights on the hypertable, record_chunks, and `records` is a view of it that shows
-- what the policies would show, and takes nothing else.

DROP POLICY named_tenants ON records;
DROP POLICY all_tenants ON records;
ALTER TABLE records NO FORCE ROW LEVEL SECURITY;
ALTER TABLE records DISABLE ROW LEVEL SECURITY;
ALTER TABLE records RENAME TO record_chunks;

SELECT {timescale}.create_hypertable(
  'record_chunks', {timescale}.by_range('recorded_at', interval '7 days'), create_default_indexes => false);

-- Chunks whose newest record is older than 7 days become columnar. A constraint may name columns of these two lists only,
-- which the primary key does. Of the other indexes a compressed chunk keeps none.
DO $$
BEGIN
  -- The edition of the Apache licence has no compression.
  IF current_setting('timescaledb.license', true) = 'timescale' THEN
    ALTER TABLE record_chunks SET (timescaledb.compress, timescaledb.compress_segmentby = 'tenant_no',
      timescaledb.compress_orderby = 'seq, recorded_at');
    PERFORM {timescale}.add_compression_policy('record_chunks', compress_after => interval '7 days');
  END IF;
END $$;

CREATE VIEW records WITH (security_barrier) AS SELECT * FROM record_chunks
  WHERE tenant_no = ANY ((SELECT visible_tenant_nos())::integer[])
    OR (SELECT current_setting('attestry.tenant_nos', true) = '*')
  WITH CASCADED CHECK OPTION;

-- Its rows are now those of the view.
DO $$
DECLARE
  old oid := (SELECT oid FROM pg_proc WHERE proname = 'append'
    AND pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()));
  definition text := pg_get_functiondef(old);
BEGIN
  EXECUTE format('DROP FUNCTION %s', old::regprocedure);
  EXECUTE replace(definition, 'record_chunks[]', 'records[]');
  REVOKE ALL ON FUNCTION append(head_move[], records[], event_ids[], tiles[]) FROM PUBLIC;
END $$;

-- Chunks are made by the extension.
CREATE OR REPLACE FUNCTION make_partition(day date) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
  AS $$ SELECT 'record_chunks' $$;

-- Around a pruning of what was recorded from first to last, chunk by chunk: what is changed in a compressed chunk row by row
-- is decompressed row by row, up to a limit. The second also gives the space back. Only chunks that lie wholly between two
-- times are shown, so these are a chunk's length further apart.
CREATE FUNCTION before_prune(first timestamptz, last timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path FROM CURRENT AS $$
  SELECT count({timescale}.decompress_chunk(c, if_compressed => true))
  FROM {timescale}.show_chunks('record_chunks', newer_than => first - interval '7 days',
    older_than => last + interval '7 days') AS c
$$;
CREATE FUNCTION after_prune(first timestamptz, last timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path FROM CURRENT AS $$
  SELECT count({timescale}.compress_chunk(c, if_not_compressed => true))
  FROM {timescale}.show_chunks('record_chunks', newer_than => first - interval '7 days',
    older_than => last + interval '7 days') AS c
$$;
REVOKE ALL ON FUNCTION before_prune(timestamptz, timestamptz), after_prune(timestamptz, timestamptz) FROM PUBLIC;
