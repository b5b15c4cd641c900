import { describe, expect, it } from 'vitest';
import { progressLine } from './progress.ts';
import { counted, formatBytes, formatDuration } from './quantity.ts';

describe('progressLine', () => {
  it('says share, counts, rate and time left', () => {
    const text = progressLine(
      { label: 'import', unit: 'records', done: 500, total: 2000, elapsedMs: 1000 },
      8,
    );
    expect(text).toBe('import ██░░░░░░ 25 % 500/2,000  500 records/s  3.0 s left');
  });

  it('shows neither bar nor time left while the total is unknown', () => {
    const text = progressLine({ label: 'export', unit: 'lines', done: 10, total: 0, elapsedMs: 100 }, 8);
    expect(text).toBe('export 10 lines  100 lines/s');
  });
});

describe('quantities', () => {
  it('are readable', () => {
    expect([counted(1, 'event'), counted(1233, 'event'), counted(0, 'file')]).toEqual([
      '1 event',
      '1,233 events',
      '0 files',
    ]);
    expect([340, 4200, 200_000, 7_500_000].map(formatDuration)).toEqual([
      '340 ms',
      '4.2 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
    expect([1, 999, 1500, 2_500_000].map(formatBytes)).toEqual(['1 byte', '999 bytes', '1.5 kB', '2.5 MB']);
  });
});
