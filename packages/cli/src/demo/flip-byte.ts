import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

/** Where a byte was changed. */
export interface Flipped {
  readonly file: string;
  readonly offset: number;
  readonly before: string;
  readonly after: string;
}

/** How far a record reaches around its id; records of the demo are about 600 bytes. */
const RECORD_REACH = 4000;

/**
 * Changes one byte of a stored record, as somebody with access to the disk would: `"failure"` becomes `"failurd"`.
 *
 * @param dataDir a copy; never the folder of a running server
 * @param eventId the record to damage
 */
export async function flipByte(dataDir: string, eventId: string): Promise<Flipped> {
  for (const name of ['ledger.db', 'ledger.db-wal']) {
    const file = join(dataDir, name);
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes === undefined) continue;
    const at = bytes.indexOf(`"id":"${eventId}"`);
    if (at < 0) continue;
    const status = bytes.subarray(at, at + RECORD_REACH).indexOf('"failure"');
    const before = bytes.subarray(Math.max(at - RECORD_REACH, 0), at).lastIndexOf('"failure"');
    const offset = (before >= 0 ? Math.max(at - RECORD_REACH, 0) + before : at + status) + '"failur'.length;
    const handle = await open(file, 'r+');
    try {
      await handle.write(Buffer.from([(bytes[offset] ?? 0) ^ 0x01]), 0, 1, offset);
    } finally {
      await handle.close();
    }
    const shown = (byte: number): string => `'${String.fromCharCode(byte)}'`;
    return {
      file: name,
      offset,
      before: shown(bytes[offset] ?? 0),
      after: shown((bytes[offset] ?? 0) ^ 0x01),
    };
  }
  throw new CliError(`no record of event ${eventId} in ${dataDir}`, {
    code: 'demo_record',
    exitCode: ExitCode.finding,
  });
}
