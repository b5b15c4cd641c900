import { expect, test } from 'vitest';
import { CollectingClient } from '../testing/collecting-client.ts';

test('of works that are sampled, beginning and end are both kept or both left out; what fails stays', async () => {
  const audit = new CollectingClient({ sample: { 'job.*': 0.5 } });
  for (let n = 0; n < 200; n += 1) await audit.track({ type: 'job.done' }, () => n, { start: true });
  const started = audit.events.filter(({ action }) => action?.status === 'in_progress');
  const ended = audit.events.filter(({ action }) => action?.status === 'success');
  expect(ended.map(({ context }) => context?.parent_id)).toEqual(started.map(({ id }) => id));
  expect(started.length).toBeGreaterThan(0);
  expect(started.length).toBeLessThan(200);
  expect(new Set(audit.events.map(({ metadata }) => metadata?.['sample_rate']))).toEqual(new Set([0.5]));
  const fails = (): never => {
    throw new Error('no');
  };
  audit.clear();
  for (let n = 0; n < 20; n += 1) await audit.track({ type: 'job.failed' }, fails).catch(() => undefined);
  expect(audit.events).toHaveLength(20);
});
