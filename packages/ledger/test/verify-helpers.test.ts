import { DatabaseSync } from 'node:sqlite';
import type { VerificationReport } from '@attestry/core';
import { describe, expect, it } from 'vitest';
import { runVerify } from '../src/fsck/run-verify.ts';
import { FilterTerms } from '../src/stores/sqlite/filter-terms.ts';
import { recordKey, sealKey, timeKey } from '../src/stores/sqlite/row-key.ts';
import { events, openLedger, temporaryFolder } from './temporary-ledger.ts';

const TENANT = 'acme';
/** Three full chunks of the verifier and a part of one. */
const SIZE = 3 * 512 + 100;

async function makeFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  const embedded = await openLedger(dataDir, { search: true });
  await embedded.ledger.createLog(TENANT);
  await embedded.ledger.append(TENANT, events(5, SIZE - 1));
  await embedded.close();
  return dataDir;
}

function verify(
  dataDir: string,
  threads: number,
  range: { from?: number; to?: number } = {},
): Promise<VerificationReport> {
  return runVerify({ dataDir, tenant: TENANT, threads, ...range });
}

/** A report without what differs from run to run. */
function essence({ duration_ms, findings, ...report }: VerificationReport): object {
  return { ...report, findings: findings.map((finding) => JSON.stringify(finding)).sort() };
}

describe('a verification with threads that help', () => {
  it.each([1, 3])('says of a sound log what one without them says (%i threads)', async (threads) => {
    const dataDir = await makeFolder();
    const sound = await verify(dataDir, 0);
    expect(sound).toMatchObject({ ok: true, checked: { records: SIZE, columns: SIZE - 1 } });
    expect(sound.seals.verified).toBeGreaterThan(SIZE / 2);
    expect(essence(await verify(dataDir, threads))).toEqual(essence(sound));
    const range = { from: 700, to: 1_500 };
    expect(essence(await verify(dataDir, threads, range))).toEqual(essence(await verify(dataDir, 0, range)));
  });

  it('finds in every chunk what one without them finds', async () => {
    const dataDir = await makeFolder();
    const db = new DatabaseSync(`${dataDir}/ledger.db`);
    db.exec("INSERT INTO maintenance VALUES ('tampering')");
    const logNo = Number(
      db
        .prepare('SELECT max(log_no) AS n FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?')
        .get(TENANT)?.n,
    );
    const places = [3, 600, 1_100, SIZE - 2];
    for (const seq of places) {
      const k = recordKey(logNo, seq);
      const occurred = Number(db.prepare('SELECT occurred FROM records WHERE k = ?').get(k)?.occurred);
      db.prepare('INSERT INTO filters (rowid, terms) VALUES (?, ?)').run(
        timeKey(occurred, seq),
        new FilterTerms(logNo).http(599),
      );
      db.prepare('UPDATE records SET occurred = occurred + 1 WHERE k = ?').run(k + 1);
      db.prepare('UPDATE records SET at = at + 1 WHERE k = ?').run(recordKey(logNo, 0));
      db.prepare("UPDATE seals SET envelope = x'01' WHERE seal_k >= ? AND seal_k < ?").run(
        sealKey(k - 1, 0),
        sealKey(k, 0),
      );
      db.prepare('DELETE FROM seals WHERE seal_k >= ? AND seal_k < ?').run(
        sealKey(k - 2, 0),
        sealKey(k - 1, 0),
      );
      db.prepare('UPDATE records SET text = ? WHERE k = ?').run('{}', k);
    }
    db.exec('DELETE FROM maintenance');
    db.close();
    const alone = await verify(dataDir, 0);
    expect(alone.findings_total).toBeGreaterThan(5 * places.length);
    expect(alone.findings.some(({ field }) => field === 'httpStatus')).toBe(true);
    expect(essence(await verify(dataDir, 1))).toEqual(essence(alone));
    expect(essence(await verify(dataDir, 2))).toEqual(essence(alone));
  });
});
