import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOOK_MS_MAX } from '../limits.ts';
import { ChangeWatch } from './change-watch.ts';

const AGE_MS_MAX = 5_000;

/** Answers of the database to one look after the other; what is left out is an answer at once. */
function watchOver(answers: (() => Promise<ReadonlyMap<string, number>>)[]): ChangeWatch {
  return new ChangeWatch({
    shared: {
      listen: () => () => undefined,
      settingsVersions: () => answers.shift()?.() ?? Promise.resolve(new Map()),
    },
    onGrown: async () => undefined,
    onSettings: async () => undefined,
    onTrouble: () => undefined,
  });
}

describe('settings in memory that have become old', () => {
  let watch: ChangeWatch | undefined;
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
  afterEach(async () => {
    vi.useRealTimers();
    await watch?.close();
  });

  async function start(...answers: (() => Promise<ReadonlyMap<string, number>>)[]): Promise<ChangeWatch> {
    watch = watchOver([async () => new Map(), ...answers]);
    await watch.start();
    vi.advanceTimersByTime(60_000);
    expect(watch.staleMs()).toBeGreaterThan(AGE_MS_MAX);
    return watch;
  }

  it('are looked at before the database counts as away', async () => {
    const one = await start();
    await one.fresh(AGE_MS_MAX);
    expect(one.staleMs()).toBe(0);
  });

  it('are looked at once more when the connection had died', async () => {
    const one = await start(() => Promise.reject(new Error('terminated')));
    await one.fresh(AGE_MS_MAX);
  });

  it('are not used while the database refuses', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('refused'));
    const one = await start(refuse, refuse);
    await expect(one.fresh(AGE_MS_MAX)).rejects.toThrow('refused');
  });

  it('are not used while the database says nothing, and nobody waits for it twice', async () => {
    const answer = Promise.withResolvers<ReadonlyMap<string, number>>();
    const one = await start(() => answer.promise);
    const refused = expect(one.fresh(AGE_MS_MAX)).rejects.toMatchObject({ code: 'store_timeout' });
    await vi.advanceTimersByTimeAsync(LOOK_MS_MAX);
    await refused;
    await expect(one.fresh(AGE_MS_MAX)).rejects.toMatchObject({ code: 'store_timeout' });
    answer.resolve(new Map());
    await one.fresh(AGE_MS_MAX);
  });
});
