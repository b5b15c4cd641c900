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
