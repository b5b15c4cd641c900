import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForReading, openForWriting } from '../src/stores/sqlite/open-database.ts';

/** The system's list of locks. */
const LOCKS = '/proc/locks';
const HAS_LOCKS = existsSync(LOCKS);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestry-locks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Locks that this process holds on a file. */
function locksOn(path: string): number {
  const isOurs = new RegExp(`POSIX .* ${process.pid} [0-9a-f]+:[0-9a-f]+:${statSync(path).ino} `);
  return readFileSync(LOCKS, 'utf8')
    .split('\n')
    .filter((line) => isOurs.test(line)).length;
}

const name =
  'keeps its hold on the file while readers come and go, so that no outsider removes the log of writes';
it.skipIf(!HAS_LOCKS)(HAS_LOCKS ? name : `${name} (skipped: no ${LOCKS})`, () => {
  const path = join(folder, 'ledger.db');
  const writer = openForWriting(path);
  try {
    expect(locksOn(path)).toBe(1);
    const first = openForReading(path, 1000);
    expect(locksOn(path)).toBe(1);
    openForReading(path, 1000).close();
    first.close();
    expect(locksOn(path)).toBe(1);
  } finally {
    writer.close();
  }
});
