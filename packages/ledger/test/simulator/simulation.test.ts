import { simulate } from '@attestry/testkit';
import { expect, it } from 'vitest';

it.each([1, 2, 3])('lives through faults, crashes and clock jumps with seed %i', async (seed) => {
  const report = await simulate({ seed, steps: 100 });
  expect(report.acknowledged).toBeGreaterThan(50);
});
