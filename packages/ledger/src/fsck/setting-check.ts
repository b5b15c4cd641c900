import type { StoreFinding } from '@attestry/core';
import { forged, type SettingTags } from '../keys/authentic-settings.ts';
import { INSTALLATION_KIND } from '../nodes/agree-installation.ts';
import type { AdminRow } from '../ports/admin-store.ts';

/** Settings that no server with this master key wrote: such as an API key that somebody made in the database. */
export function* settingFindings(
  tags: SettingTags,
  rows: readonly Omit<AdminRow, 'revision'>[],
): Generator<StoreFinding, void> {
  for (const row of rows) {
    // Says which keys belong to the database, before there are any; the keys themselves tell whether it is right.
    if (row.kind === INSTALLATION_KIND || tags.open(row) !== undefined) continue;
    yield { code: 'UNREADABLE', detail: forged(row) };
  }
}
