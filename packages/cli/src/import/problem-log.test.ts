import { expect, it } from 'vitest';
import { emptyReport } from './import-report.ts';
import { ProblemLog } from './problem-log.ts';

it('says the first problems of each code and how many more there were', () => {
  const said: string[] = [];
  const report = emptyReport();
  const problems = new ProblemLog(report, (text) => said.push(text));
  for (let n = 1; n <= 1234; n += 1)
    problems.add({
      file: 'a.ndjson',
      place: `line ${n}`,
      code: 'invalid_event',
      path: '/type',
      detail: 'no',
    });
  problems.addRefusal({ file: 'b.ndjson', place: 'line 1', code: 'id_conflict', detail: 'other' }, false);
  problems.finish();
  expect(said).toHaveLength(12);
  expect(said[9]).toBe('a.ndjson: line 10: invalid_event at /type: no');
  expect(said[10]).toBe('b.ndjson: line 1: id_conflict: other');
  expect(said[11]).toBe('invalid_event: 1,224 more problems of this code (--json lists up to 1,000)');
  expect([report.problems_total, report.problems.length]).toEqual([1235, 1000]);
});

it('says in one sentence what refused a whole export', () => {
  const said: string[] = [];
  const report = emptyReport();
  const problems = new ProblemLog(report, (text) => said.push(text));
  for (let n = 1; n <= 1469; n += 1)
    problems.addRefusal({ file: 'e.ndjson', place: `line ${n}`, code: 'id_conflict', detail: 'other' }, true);
  problems.finish();
  expect(said).toEqual([
    expect.stringMatching(/^1,469 events of this export are in this log .* --key of that one\.$/),
  ]);
  expect([report.problems_total, report.problems.length]).toEqual([1469, 1000]);
});
