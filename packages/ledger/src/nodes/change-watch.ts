import { setTimeout as sleep } from 'node:timers/promises';
import { OperationalError } from '../errors.ts';
import { CHANGE_POLL_MS, FRESH_LOOKS_MAX, GROWN_SWEEP_MS, GROWN_WAIT_MS, LOOK_MS_MAX } from '../limits.ts';
import type { SharedStore } from '../ports/shared-store.ts';
import { afterOwnTime } from './own-time.ts';

export interface ChangeWatchParts {
  readonly shared: Pick<SharedStore, 'listen' | 'settingsVersions'>;
  /** Told which logs have grown, by whomever; `undefined`: perhaps all of them. */
  readonly onGrown: (tenants: ReadonlySet<string> | undefined) => Promise<void>;
  /**
   * Told that settings of these kinds were changed, by whomever, or perhaps any (`undefined`); what is in memory of them is
   * to be read again.
   */
  readonly onSettings: (kinds: ReadonlySet<string> | undefined) => Promise<void>;
  readonly onTrouble: (message: string, error: unknown) => void;
}

/**
 * Notices what other nodes have committed. The database's hints make it quick, looking from time to time makes it
 * certain: settings every second, logs every few.
 */
export class ChangeWatch {
  readonly #parts: ChangeWatchParts;
  readonly #stopped = new AbortController();
  readonly #grown = new Set<string>();
  #everythingGrown = false;
  #growing: Promise<void> | undefined;
  #growTimer: NodeJS.Timeout | undefined;
  #versions: ReadonlyMap<string, number> | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain: Promise<void> | undefined;
  /** When the last look that succeeded had begun, by `performance.now()`. */
  #freshAt = 0;
  /** Rejects when the look that is under way takes too long; another one begins with each look. */
  #silence = Promise.withResolvers<never>();
  #isSilent = false;
  #unlisten: (() => void) | undefined;
  #running: Promise<void>[] = [];

  constructor(parts: ChangeWatchParts) {
    this.#parts = parts;
  }

  /** Remembers the settings as they are now: whoever reads them afterwards misses nothing. */
  async start(): Promise<void> {
    this.#unlisten = this.#parts.shared.listen((hint) => {
      if (hint.kind !== 'grown') this.#hint();
      if (hint.kind === 'grown') this.#grow(hint.tenant);
      if (hint.kind === 'gap') this.#grow(undefined);
    });
    const begun = performance.now();
    this.#versions = await this.#parts.shared.settingsVersions();
    this.#freshAt = begun;
    this.#running = [
      this.#repeat(CHANGE_POLL_MS, () => this.refresh()),
      this.#repeat(GROWN_SWEEP_MS, async () => this.#grow(undefined)),
    ];
  }

  /** How old what is in memory of the settings may be. */
  staleMs(): number {
    return performance.now() - this.#freshAt;
  }

  /**
   * Resolves when what is in memory is not older than this. If it is, the database is asked before it counts as away:
   * perhaps it is this process that had no turn for so long.
   *
   * @throws {OperationalError} the database cannot be asked, or is silent
   */
  async fresh(ageMsMax: number): Promise<void> {
    let failures = 0;
    for (let looks = 1; this.staleMs() > ageMsMax; looks += 1) {
      if (looks > FRESH_LOOKS_MAX) throw silentStore();
      try {
        // One that is under way may have begun late enough.
        await Promise.race([this.#looking ?? this.refresh(), this.#silence.promise]);
      } catch (error) {
        failures += 1;
        // The first one may only have met a connection that had died.
        if (failures > 1 || this.#isSilent) throw error;
      }
    }
  }

  /** Makes the next look read everything again: whoever holds settings in memory may have missed a change so far. */
  distrust(): void {
    this.#versions = undefined;
  }

  /** Looks at the settings; a look that began before this call does not count. */
  refresh(): Promise<void> {
    if (this.#looking === undefined) {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    this.#lookAgain ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#lookAgain = undefined;
        return this.refresh();
      });
    return this.#lookAgain;
  }

  async close(): Promise<void> {
    this.#unlisten?.();
    this.#stopped.abort();
    clearTimeout(this.#growTimer);
    await Promise.all(this.#running);
    await this.#looking?.catch(() => undefined);
    await this.#growing?.catch(() => undefined);
  }

  #hint(): void {
    this.refresh().catch((error: unknown) =>
      this.#parts.onTrouble('settings could not be read again', error),
    );
  }

  async #repeat(everyMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopped;
    let isSaid = false;
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await work();
        isSaid = false;
      } catch (error) {
        if (!isSaid) this.#parts.onTrouble('changes of other nodes cannot be seen', error);
        isSaid = true;
      }
    }
  }

  async #look(): Promise<void> {
    const silence = Promise.withResolvers<never>();
    // Nobody may be waiting for it.
    silence.promise.catch(() => undefined);
    this.#silence = silence;
    const giveUp = afterOwnTime(LOOK_MS_MAX, () => {
      this.#isSilent = true;
      silence.reject(silentStore());
    });
    try {
      await this.#compare();
    } finally {
      giveUp();
      this.#isSilent = false;
    }
  }

  async #compare(): Promise<void> {
    const begun = performance.now();
    const versions = await this.#parts.shared.settingsVersions();
    const known = this.#versions;
    const changed = [...versions].flatMap(([kind, version]) => (known?.get(kind) === version ? [] : [kind]));
    if (known === undefined || changed.length > 0) {
      await this.#parts.onSettings(known && new Set(changed));
      // Only now: a reading that failed is done again.
      this.#versions = versions;
    }
    this.#freshAt = begun;
  }

  /** Hints come by the thousand; they are gathered for a moment. */
  #grow(tenant: string | undefined): void {
    if (tenant === undefined) this.#everythingGrown = true;
    else this.#grown.add(tenant);
    if (this.#growTimer !== undefined || this.#growing !== undefined || this.#stopped.signal.aborted) return;
    this.#growTimer = setTimeout(() => {
      this.#growTimer = undefined;
      const tenants = this.#everythingGrown ? undefined : new Set(this.#grown);
      this.#everythingGrown = false;
      this.#grown.clear();
      this.#growing = this.#parts
        .onGrown(tenants)
        .catch((error: unknown) => this.#parts.onTrouble('heads of logs that grew could not be read', error))
        .finally(() => {
          this.#growing = undefined;
          const [next] = this.#grown;
          if (this.#everythingGrown || next !== undefined)
            this.#grow(this.#everythingGrown ? undefined : next);
        });
    }, GROWN_WAIT_MS).unref();
  }
}

function silentStore(): OperationalError {
  return new OperationalError('store_timeout', 'the database does not say what was changed');
}
