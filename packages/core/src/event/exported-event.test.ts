import { describe, expect, it } from 'vitest';
import { eventOfExport, isExportedEvent } from './exported-event.ts';

const LOG = {
  seq: 7,
  recorded_at: '2026-01-31T12:00:00.000Z',
  hash: 'a'.repeat(64),
  prev_hash: 'b'.repeat(64),
  received_from: 'key-1',
  tenant_id: 'acme',
};
const SENT = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  type: 'document.uploaded',
  metadata: { order: 7 },
};

describe('an event of an export', () => {
  it('is known by what only a log adds', () => {
    expect(isExportedEvent({ ...SENT, ...LOG })).toBe(true);
    expect(isExportedEvent(SENT)).toBe(false);
    expect(isExportedEvent({ ...SENT, seq: 1 })).toBe(false);
  });

  it('keeps its own members, and those of its log under metadata', () => {
    const line = { ...SENT, ...LOG, redacted: ['/actor/email'] };
    expect(eventOfExport(line)).toEqual({
      ...SENT,
      metadata: { order: 7, attestry_export: { ...LOG, redacted: ['/actor/email'] } },
    });
  });

  it('of a log about itself says so in its type', () => {
    expect(eventOfExport({ ...LOG, type: 'audit_log.viewed' })).toEqual({
      type: 'imported.audit_log.viewed',
      metadata: { attestry_export: { ...LOG, type: 'audit_log.viewed' } },
    });
  });

  it('that was imported before keeps where it came from first', () => {
    const first = eventOfExport({ ...SENT, ...LOG });
    const second = eventOfExport({ ...first, ...LOG, seq: 9 });
    expect(second['metadata']).toEqual({
      order: 7,
      attestry_export: { ...LOG, seq: 9, earlier: LOG },
    });
  });
});
