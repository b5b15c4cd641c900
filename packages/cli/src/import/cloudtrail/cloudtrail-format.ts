import type { Extracted, ImportFormat } from '../run-import.ts';
import { mapRecord } from './map-record.ts';
import { parseRecord } from './parse-record.ts';
import { recordTexts } from './record-texts.ts';

/** AWS CloudTrail: delivered log files, `lookup-events` answers, arrays and NDJSON of records. */
export const cloudTrailFormat: ImportFormat = {
  endings: ['.json', '.json.gz', '.ndjson', '.ndjson.gz', '.jsonl', '.jsonl.gz'],
  unit: 'records',
  extract,
};

function* extract(text: string): Generator<Extracted> {
  for (const found of recordTexts(text)) {
    if (found.kind === 'other') {
      yield { kind: 'skipped', detail: found.detail };
      continue;
    }
    const place = `Records[${found.index}]`;
    if (found.kind === 'broken') {
      yield { kind: 'problem', problem: { place, code: 'broken_record', detail: found.detail } };
      continue;
    }
    const parsed = parseRecord(found.text);
    const mapped = parsed.ok ? mapRecord(parsed.record, parsed.quotedNumbers) : parsed;
    yield mapped.ok
      ? { kind: 'event', json: JSON.stringify(mapped.event), place }
      : { kind: 'problem', problem: { place, code: 'broken_record', detail: mapped.detail } };
  }
}
