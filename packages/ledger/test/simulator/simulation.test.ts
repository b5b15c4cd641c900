import { simulate } from '@attestry/testkit';
import { expect, it } from 'vitest';

it.each([1, 2, 3, 4, 5])(
  'lives through faults, crashes and clock jumps with seed %i',
  async (seed) => {
    const report = await simulate({ seed, steps: 200 });
    expect(report.acknowledged).toBeGreaterThan(100);
  },
  120_000,
);
