PRAGMA application_id = 1096045396;
PRAGMA user_version = 1;
PRAGMA page_size = 16384;
PRAGMA journal_mode = wal;

CREATE TABLE tenants (
  tenant_no INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL UNIQUE,
  index_key BLOB
) STRICT;

CREATE TABLE logs (
  log_no INTEGER PRIMARY KEY,
  tenant_no INTEGER NOT NULL UNIQUE REFERENCES tenants,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  last_hash BLOB NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

CREATE TABLE words (word_no INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE records (
  k INTEGER PRIMARY KEY,
  log_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  occurred INTEGER,
  type INTEGER,
  category INTEGER,
  severity INTEGER,
  status INTEGER,
  verb INTEGER,
  project INTEGER,
  actor_type INTEGER,
  target_type INTEGER,
  traffic_light INTEGER,
  http_status INTEGER,
  actor INTEGER,
  actor_email INTEGER,
  ip INTEGER,
  ip_net INTEGER,
  ip_wide INTEGER,
  session INTEGER,
  target INTEGER,
  request_id INTEGER,
  correlation_id INTEGER,
  parent_id INTEGER,
  execution_id INTEGER,
  hash BLOB NOT NULL,
  text TEXT
) STRICT;

CREATE INDEX by_time ON records (log_no, occurred, k, type, category, severity, status) WHERE occurred IS NOT NULL;

CREATE VIRTUAL TABLE filters USING fts5 (terms, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '.'");

CREATE TABLE event_ids (
  log_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE data_keys (
  key_no INTEGER PRIMARY KEY,
  tenant_no INTEGER NOT NULL REFERENCES tenants,
  kid TEXT NOT NULL,
  sub TEXT NOT NULL,
  subject_index BLOB,
  wrapped BLOB,
  subject_sealed BLOB,
  UNIQUE (tenant_no, kid)
) STRICT;

CREATE UNIQUE INDEX live_keys ON data_keys (tenant_no, subject_index) WHERE subject_index IS NOT NULL;

CREATE TABLE seals (seal_k INTEGER PRIMARY KEY, key_no INTEGER NOT NULL REFERENCES data_keys, envelope BLOB NOT NULL) STRICT;

CREATE TABLE tiles (
  log_no INTEGER NOT NULL,
  level INTEGER NOT NULL,
  tile_index INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  UNIQUE (log_no, level, tile_index)
) STRICT;

CREATE TABLE checkpoints (
  log_no INTEGER NOT NULL,
  size INTEGER NOT NULL,
  signed_at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (log_no, size)
) STRICT, WITHOUT ROWID;

CREATE TABLE admin (
  kind TEXT NOT NULL,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (kind, tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE maintenance (reason TEXT NOT NULL) STRICT;

CREATE TRIGGER records_no_update BEFORE UPDATE ON records
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'records is append-only'); END;

CREATE TRIGGER records_no_delete BEFORE DELETE ON records
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'records is append-only'); END;

CREATE TRIGGER event_ids_no_update BEFORE UPDATE ON event_ids
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'event_ids is append-only'); END;

CREATE TRIGGER event_ids_no_delete BEFORE DELETE ON event_ids
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'event_ids is append-only'); END;

CREATE TRIGGER tiles_no_update BEFORE UPDATE ON tiles
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'tiles is append-only'); END;

CREATE TRIGGER tiles_no_delete BEFORE DELETE ON tiles
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'tiles is append-only'); END;

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE OF log_no, size, note ON checkpoints
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'checkpoints is append-only'); END;

CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, 'checkpoints is append-only'); END;

INSERT INTO words VALUES (1, 'info');
INSERT INTO words VALUES (2, 'low');
INSERT INTO words VALUES (3, 'medium');
INSERT INTO words VALUES (4, 'high');
INSERT INTO words VALUES (5, 'critical');
INSERT INTO words VALUES (6, 'success');
INSERT INTO words VALUES (7, 'failure');
INSERT INTO words VALUES (8, 'denied');
INSERT INTO words VALUES (9, 'partial');
INSERT INTO words VALUES (10, 'in_progress');
INSERT INTO words VALUES (11, 'auth');
INSERT INTO words VALUES (12, 'data');
INSERT INTO words VALUES (13, 'config');
INSERT INTO words VALUES (14, 'admin');
INSERT INTO words VALUES (15, 'eval');
INSERT INTO words VALUES (16, 'ai');
INSERT INTO words VALUES (17, 'compliance');
INSERT INTO words VALUES (18, 'security');
INSERT INTO words VALUES (19, 'system');
INSERT INTO words VALUES (20, 'performance');
INSERT INTO words VALUES (21, 'api');
INSERT INTO words VALUES (22, 'user');
INSERT INTO words VALUES (23, 'service');
INSERT INTO words VALUES (24, 'agent');
INSERT INTO words VALUES (25, 'anonymous');
INSERT INTO words VALUES (26, 'green');
INSERT INTO words VALUES (27, 'amber');
INSERT INTO words VALUES (28, 'red');
INSERT INTO words VALUES (29, 'create');
INSERT INTO words VALUES (30, 'read');
INSERT INTO words VALUES (31, 'update');
INSERT INTO words VALUES (32, 'delete');
INSERT INTO words VALUES (33, 'execute');
INSERT INTO words VALUES (34, 'export');
INSERT INTO words VALUES (35, 'share');
INSERT INTO words VALUES (36, 'login');
INSERT INTO words VALUES (37, 'logout');
INSERT INTO words VALUES (38, 'approve');
INSERT INTO words VALUES (39, 'deny');
