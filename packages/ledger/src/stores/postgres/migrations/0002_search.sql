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
