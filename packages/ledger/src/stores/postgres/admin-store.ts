import type { AdminRow, AdminStore } from '../../ports/admin-store.ts';
import type { SettingsParts } from './key-store.ts';
import type { Run } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';

const COLUMNS = 'kind, tenant, id, value, revision';

/** `AdminStore` in PostgreSQL. Each change also counts on in the row that tells other nodes to read this kind again. */
export class PostgresAdminStore implements AdminStore {
  readonly #parts: SettingsParts;
  readonly #table: string;
  readonly #versions: string;

  readonly #onChanged: () => void;

  /** @param onChanged called after each commit that changed something */
  constructor(parts: SettingsParts, onChanged: () => void) {
    this.#parts = parts;
    this.#onChanged = onChanged;
    this.#table = tableSql(parts.schema, 'admin');
    this.#versions = tableSql(parts.schema, 'settings_versions');
  }

  async list(kind: string, tenant?: string): Promise<readonly AdminRow[]> {
    const scope = { tenants: tenant === undefined ? '*' : [tenant] } as const;
    const { rows } = await this.#parts.reads.read('reading settings', scope, (run) =>
      tenant === undefined
        ? run<AdminRow>({
            name: 'admin-kind',
            text: `SELECT ${COLUMNS} FROM ${this.#table} WHERE kind = $1 ORDER BY tenant, id`,
            values: [kind],
          })
        : run<AdminRow>({
            name: 'admin-list',
            text: `SELECT ${COLUMNS} FROM ${this.#table} WHERE kind = $1 AND tenant = $2 ORDER BY id`,
            values: [kind, tenant],
          }),
    );
    return rows;
  }

  async get(kind: string, tenant: string, id: string): Promise<AdminRow | undefined> {
    const { rows } = await this.#parts.reads.read('reading a setting', { tenants: [tenant] }, (run) =>
      run<AdminRow>({
        name: 'admin-get',
        text: `SELECT ${COLUMNS} FROM ${this.#table} WHERE kind = $1 AND tenant = $2 AND id = $3`,
        values: [kind, tenant, id],
      }),
    );
    return rows[0];
  }

  async put(
    row: Omit<AdminRow, 'revision'>,
    expectedRevision: number,
  ): Promise<{ readonly kind: 'stored' } | { readonly kind: 'conflict' }> {
    const { kind, tenant, id, value } = row;
    const stored = await this.#parts.writes.write('storing a setting', { tenants: [tenant] }, async (run) => {
      const { rowCount } =
        expectedRevision === 0
          ? await run({
              name: 'admin-insert',
              text: `INSERT INTO ${this.#table} (${COLUMNS}) VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING`,
              values: [kind, tenant, id, value],
            })
          : await run({
              name: 'admin-update',
              text: `UPDATE ${this.#table} SET value = $4, revision = revision + 1
                WHERE kind = $1 AND tenant = $2 AND id = $3 AND revision = $5`,
              values: [kind, tenant, id, value, expectedRevision],
            });
      if (rowCount !== 1) return false;
      await this.#moveVersion(run, kind);
      return true;
    });
    if (!stored) return { kind: 'conflict' };
    this.#onChanged();
    return { kind: 'stored' };
  }

  async remove(kind: string, tenant: string, id: string): Promise<void> {
    await this.#parts.writes.write('removing a setting', { tenants: [tenant] }, async (run) => {
      await run({
        name: 'admin-remove',
        text: `DELETE FROM ${this.#table} WHERE kind = $1 AND tenant = $2 AND id = $3`,
        values: [kind, tenant, id],
      });
      await this.#moveVersion(run, kind);
    });
    this.#onChanged();
  }

  /** The row is locked until the commit, so versions are in the order of the commits. */
  async #moveVersion(run: Run, kind: string): Promise<void> {
    await run({
      name: 'settings-changed',
      text: `INSERT INTO ${this.#versions} AS v (kind, version) VALUES ($1, 1)
        ON CONFLICT (kind) DO UPDATE SET version = v.version + 1`,
      values: [kind],
    });
  }
}
