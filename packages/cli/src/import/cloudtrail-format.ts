import { cloudTrailPieces } from '@attestry/core/cloudtrail';
import type { Extracted, ImportFormat } from './run-import.ts';

/** AWS CloudTrail: delivered log files, `lookup-events` answers, arrays and NDJSON of records. */
export const cloudTrailFormat: ImportFormat = {
  endings: ['.json', '.json.gz', '.ndjson', '.ndjson.gz', '.jsonl', '.jsonl.gz'],
  unit: 'records',
  extract,
};

function* extract(text: string): Generator<Extracted> {
  for (const piece of cloudTrailPieces(text)) {
    if (piece.kind === 'other') yield { kind: 'skipped', detail: piece.detail };
    else if (piece.kind === 'event') yield piece;
    else {
      const { place, detail } = piece;
      yield { kind: 'problem', problem: { place, code: 'broken_record', detail } };
    }
  }
}
