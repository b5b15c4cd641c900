import type { EventView } from '../src/event/event-view.ts';

/** A denial, as the interface answers it. */
export const sampleEvent: EventView = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  type: 'document.deleted',
  category: 'data',
  severity: 'high',
  occurred_at: '2026-03-01T14:00:00.123Z',
  tenant_id: 'default',
  seq: 4,
  recorded_at: '2026-03-01T14:00:00.200Z',
  hash: 'ab'.repeat(32),
  prev_hash: 'cd'.repeat(32),
  actor: { type: 'user', id: 'alice', name: 'Alice Example', user_agent: 'curl' },
  target: { type: 'document', id: 'd-99', name: 'Annual report.pdf' },
  action: { status: 'denied', error: 'Needs the role of an owner' },
  data: { before: { state: 'published' }, after: { state: 'deleted' } },
};
