import { FAILED_READS_MAX } from '../limits.ts';
import type { FindingSink } from './finding.ts';
import type {
  RowParts,
  SourceCheckpoint,
  SourceKey,
  SourceRow,
  SourceState,
  StoreFinding,
  VerifySource,
} from './verify-source.ts';

/** Names in one question to a source, as its contract says. */
const NAMES_PER_READ = 1_024;

/** Rows of a range, and the parts of it that could not be read. */
export interface ReadRows {
  readonly rows: readonly SourceRow[];
  /** Sequence numbers `from <= seq < to` that are unknown, ascending. */
  readonly unreadable: readonly { readonly from: number; readonly to: number }[];
}

/** A source whose failures are findings: what cannot be read is reported once, as narrowly as it can be told. */
export class GuardedSource {
  readonly #source: VerifySource;
  readonly #sink: FindingSink;
  #failedReads = 0;

  constructor(source: VerifySource, sink: FindingSink) {
    this.#source = source;
    this.#sink = sink;
  }

  state(): Promise<SourceState | undefined | 'unreadable'> {
    return this.#guard('the head of the log', () => this.#source.readState());
  }

  async rows(from: number, to: number, parts: RowParts = 'all'): Promise<ReadRows> {
    try {
      return { rows: await this.#source.readRows(from, to, parts), unreadable: [] };
    } catch (error) {
      this.#failedReads += 1;
      if (to - from <= 1 || this.#failedReads > FAILED_READS_MAX)
        return this.#unreadableRows(from, to, error);
    }
    const middle = from + Math.floor((to - from) / 2);
    const left = await this.rows(from, middle, parts);
    const right = await this.rows(middle, to, parts);
    return { rows: [...left.rows, ...right.rows], unreadable: [...left.unreadable, ...right.unreadable] };
  }

  async tile(level: number, index: number): Promise<Uint8Array | undefined | 'unreadable'> {
    return this.#guard(`tile ${index} of level ${level}`, () => this.#source.readTile(level, index));
  }

  async checkpoints(sizeFrom: number, sizeTo: number): Promise<readonly SourceCheckpoint[]> {
    const what = `the checkpoints of size ${sizeFrom} to ${sizeTo}`;
    const read = await this.#guard(what, () => this.#source.readCheckpoints(sizeFrom, sizeTo));
    return read === 'unreadable' ? [] : read;
  }

  async eventIds(ids: readonly string[]): Promise<ReadonlyMap<string, number> | undefined> {
    const read = await this.#guard('the index of event ids', () => this.#source.findEventIds(ids));
    return read === 'unreadable' ? undefined : read;
  }

  async keys(by: 'kid' | 'sub', names: readonly string[]): Promise<readonly SourceKey[]> {
    const keys: SourceKey[] = [];
    for (let at = 0; at < names.length; at += NAMES_PER_READ) {
      const some = names.slice(at, at + NAMES_PER_READ);
      const read = await this.#guard('the data keys', () => this.#source.readKeys(by, some));
      if (read !== 'unreadable') keys.push(...read);
    }
    return keys;
  }

  async *strays(from: number, to: number): AsyncGenerator<StoreFinding, void> {
    try {
      yield* this.#source.readStrays(from, to);
    } catch (error) {
      yield {
        code: 'UNREADABLE',
        detail: `the store could not be searched for stray rows: ${reason(error)}`,
      };
    }
  }

  async #guard<T>(what: string, read: () => Promise<T>): Promise<T | 'unreadable'> {
    try {
      return await read();
    } catch (error) {
      this.#sink.add({ code: 'UNREADABLE', detail: `${what} cannot be read: ${reason(error)}` });
      return 'unreadable';
    }
  }

  #unreadableRows(from: number, to: number, error: unknown): ReadRows {
    const what = to - from === 1 ? 'this record' : `the records up to ${to - 1}`;
    this.#sink.add({ code: 'UNREADABLE', seq: from, detail: `${what} cannot be read: ${reason(error)}` });
    return { rows: [], unreadable: [{ from, to }] };
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
