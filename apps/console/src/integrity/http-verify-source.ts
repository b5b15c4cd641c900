import {
  decodeEntryBundle,
  entryBundlePath,
  type RowParts,
  type SourceCheckpoint,
  type SourceKey,
  type SourceRow,
  type SourceState,
  type StoreFinding,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  utf8Decode,
  type VerifySource,
} from '@attestry/core';

/** Bundles kept: the verifier reads in order and comes back only to what it has just read. */
const BUNDLES_KEPT = 8;
const CHECKPOINTS_PAGE = 1_000;
const HASH_BYTES = 32;
/** How long to wait when the server asks for patience without saying how long. */
const PATIENCE_MS = 1_000;

interface Bundle {
  readonly records: readonly Uint8Array[];
  readonly hashes: Uint8Array;
}

interface WireCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly signed_at: string;
  readonly note: string;
}

/**
 * A log as its tiles, bundles and checkpoints are published over HTTP, up to its newest checkpoint. What only the
 * server has (query columns, envelopes, the index of event ids) is not read here, so it is not vouched for either.
 */
export class HttpVerifySource implements VerifySource {
  readonly #tenant: string;
  readonly #bundles = new Map<number, Promise<Bundle>>();
  readonly #ids = new Map<string, number>();
  #size = 0;

  constructor(tenant: string) {
    this.#tenant = encodeURIComponent(tenant);
  }

  async readState(): Promise<SourceState> {
    const latest = (await (await get('/v1/checkpoints/latest')).json()) as WireCheckpoint;
    this.#size = latest.size;
    return {
      origin: latest.origin,
      size: latest.size,
      lastSeq: latest.size - 1,
      checkpointSize: latest.size,
    };
  }

  async readRows(from: number, to: number, _parts: RowParts): Promise<readonly SourceRow[]> {
    const rows: SourceRow[] = [];
    this.#ids.clear();
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index += 1) {
      const bundle = this.#bundle(index);
      // The next ones are on their way while these are hashed.
      if ((index + 2) * TILE_WIDTH < this.#size) void this.#bundle(index + 2).catch(() => undefined);
      const { records, hashes } = await bundle;
      for (const [at, bytes] of records.entries()) {
        const seq = index * TILE_WIDTH + at;
        if (seq < from || seq >= to) continue;
        const text = utf8Decode(bytes) ?? '';
        this.#note(text, seq);
        const leafHash = hashes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES);
        rows.push({ seq, text, leafHash, columns: undefined, seals: [] });
      }
    }
    return rows;
  }

  async readTile(level: number, index: number): Promise<Uint8Array | undefined> {
    const response = await get(`/v1/logs/${this.#tenant}/${tilePath(level, index)}`, true);
    return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
  }

  async readCheckpoints(sizeFrom: number, sizeTo: number): Promise<readonly SourceCheckpoint[]> {
    const found: SourceCheckpoint[] = [];
    for (let from = sizeFrom; from <= sizeTo; ) {
      const query = new URLSearchParams({
        from: String(from),
        to: String(sizeTo),
        order: 'asc',
        limit: String(CHECKPOINTS_PAGE),
      });
      const { checkpoints } = (await (await get(`/v1/checkpoints?${query}`)).json()) as {
        readonly checkpoints: readonly WireCheckpoint[];
      };
      for (const { size, note, signed_at } of checkpoints) {
        found.push({ size, note, signedAtMs: Date.parse(signed_at) });
      }
      const last = checkpoints.at(-1);
      if (last === undefined || checkpoints.length < CHECKPOINTS_PAGE) break;
      from = last.size + 1;
    }
    return found;
  }

  /** The ids of the rows just read, as they themselves say: two records with one id in a chunk are found. */
  findEventIds(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(
      new Map(ids.flatMap((id) => (this.#ids.has(id) ? [[id, this.#ids.get(id) ?? 0]] : []))),
    );
  }

  readKeys(): Promise<readonly SourceKey[]> {
    return Promise.resolve([]);
  }

  async *readStrays(): AsyncIterable<StoreFinding> {
    // Only the store itself can find rows that nothing accounts for.
  }

  #note(text: string, seq: number): void {
    try {
      const { type, data } = JSON.parse(text) as { type?: unknown; data?: { id?: unknown } };
      if (type === 'event' && typeof data?.id === 'string' && !this.#ids.has(data.id))
        this.#ids.set(data.id, seq);
    } catch {
      // The verifier says what is wrong with it.
    }
  }

  #bundle(index: number): Promise<Bundle> {
    const known = this.#bundles.get(index);
    if (known !== undefined) return known;
    const bundle = this.#read(index);
    this.#bundles.set(index, bundle);
    for (const old of this.#bundles.keys()) {
      if (this.#bundles.size <= BUNDLES_KEPT) break;
      this.#bundles.delete(old);
    }
    return bundle;
  }

  async #read(index: number): Promise<Bundle> {
    const width = tileWidth(0, index, this.#size);
    const base = `/v1/logs/${this.#tenant}`;
    const [entries, hashes] = await Promise.all([
      get(`${base}/${entryBundlePath(index, width)}`),
      get(`${base}/${tilePath(0, index, width)}`),
    ]);
    return {
      records: decodeEntryBundle(new Uint8Array(await entries.arrayBuffer())),
      hashes: new Uint8Array(await hashes.arrayBuffer()),
    };
  }
}

/** Asks, and asks again when the server says that it is too much at once. */
async function get(path: string, mayBeMissing = false): Promise<Response> {
  for (;;) {
    const response = await fetch(path, { credentials: 'same-origin' });
    if (response.ok || (mayBeMissing && response.status === 404)) return response;
    if (response.status !== 429 && response.status !== 503)
      throw new Error(`${path}: the server answered ${response.status}`);
    const seconds = Number(response.headers.get('retry-after'));
    await new Promise((resolve) => setTimeout(resolve, seconds > 0 ? seconds * 1_000 : PATIENCE_MS));
  }
}
