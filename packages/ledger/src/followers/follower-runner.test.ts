import { expect, test } from 'vitest';
import type { LogHead, StoredRecord } from '../ports/ledger-store.ts';
import { type Follower, FollowerRunner } from './follower-runner.ts';

const HASH = new Uint8Array(32);

function head(tenant: string, size: number): LogHead {
  return { tenant, origin: `x/t/${tenant}`, size, frontier: [], lastHash: HASH, lastAtMs: 0 };
}

/** A ledger whose logs only have sizes. */
function logs(sizes: Map<string, number>) {
  return {
    listHeads: async () => [...sizes].map(([tenant, size]) => head(tenant, size)),
    readRecords: async (_tenant: string, from: number, to: number): Promise<readonly StoredRecord[]> =>
      Array.from({ length: to - from }, (_, i) => ({ seq: from + i, text: '{}', leafHash: HASH, seals: [] })),
  };
}

/** Remembers what it was given; fails where the test says so, before or after it has kept the records. */
class Recorder implements Follower {
  readonly name = 'recorder';
  readonly seen = new Map<string, number[]>();
  failures: ('before' | 'after')[] = [];

  async cursor({ origin }: LogHead): Promise<number> {
    return (this.seen.get(origin)?.at(-1) ?? -1) + 1;
  }

  async apply({ origin }: LogHead, records: readonly StoredRecord[]): Promise<void> {
    const failure = this.failures.shift();
    if (failure === 'before') throw new Error('disk full');
    this.seen.set(origin, [...(this.seen.get(origin) ?? []), ...records.map(({ seq }) => seq)]);
    if (failure === 'after') throw new Error('answer lost');
  }
}

function run(sizes: Map<string, number>, follower: Recorder, errors: string[] = []): FollowerRunner {
  const runner = new FollowerRunner({
    ledger: logs(sizes),
    follower,
    batchRecords: 7,
    pollMs: 20,
    backoffMs: { first: 1, max: 4 },
    onError: (message) => errors.push(message),
  });
  runner.start();
  return runner;
}

const upTo = (size: number): number[] => Array.from({ length: size }, (_, seq) => seq);

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 60_000, interval: 2 }).toBe(true);
}

test('applies every record of every log once and in order, then what is added', async () => {
  const sizes = new Map([
    ['a', 20],
    ['b', 7],
    ['empty', 0],
  ]);
  const follower = new Recorder();
  const runner = run(sizes, follower);
  await until(() => runner.lag() === 0 && follower.seen.size === 2);
  sizes.set('a', 23);
  runner.wake([head('a', sizes.get('a') as number)]);
  await until(() => follower.seen.get('x/t/a')?.length === 23);
  await runner.stop();
  expect(follower.seen.get('x/t/a')).toEqual(upTo(23));
  expect(follower.seen.get('x/t/b')).toEqual(upTo(7));
});

test('notices growth by polling when a wake-up was lost', async () => {
  const sizes = new Map([['a', 1]]);
  const follower = new Recorder();
  const runner = run(sizes, follower);
  await until(() => follower.seen.get('x/t/a')?.length === 1);
  sizes.set('a', 5);
  await until(() => follower.seen.get('x/t/a')?.length === 5);
  await runner.stop();
});

test.each(['before', 'after'] as const)(
  'trap 17: goes on after an apply that fails %s it has written',
  async (when) => {
    const sizes = new Map([['a', 30]]);
    const follower = new Recorder();
    follower.failures = [when, when, when];
    const errors: string[] = [];
    const runner = run(sizes, follower, errors);
    await until(() => follower.seen.get('x/t/a')?.length === 30);
    await runner.stop();
    expect(follower.seen.get('x/t/a')).toEqual(upTo(30));
    expect(errors).toHaveLength(3);
    expect(errors[0]).toContain('recorder');
  },
);

test('stop ends a pause and a sleep at once', async () => {
  const follower = new Recorder();
  follower.failures = Array.from({ length: 1_000 }, () => 'before' as const);
  const failing = run(new Map([['a', 1]]), follower);
  const sleeping = run(new Map([['a', 1]]), new Recorder());
  await until(() => follower.failures.length < 998);
  const startedAt = performance.now();
  await Promise.all([failing.stop(), sleeping.stop()]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
