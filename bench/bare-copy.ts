import pg from 'pg';

/** What one COPY moves: the whole binary stream of a batch of rows. */
interface CopyBatch {
  readonly records: Buffer;
  readonly ids: Buffer;
}

/** The messages of the protocol that a COPY needs and the driver has no call for. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A COPY in one direction, with the whole of its data in memory. */
class Copy {
  readonly #text: string;
  readonly #input: Buffer | undefined;
  readonly #output: Buffer[] = [];
  readonly #done = Promise.withResolvers<Buffer>();
  readonly callback = (): void => undefined;

  constructor(text: string, input?: Buffer) {
    this.#text = text;
    this.#input = input;
  }

  run(client: pg.Client): Promise<Buffer> {
    client.query(this as unknown as pg.Submittable);
    return this.#done.promise;
  }

  submit(connection: CopyConnection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#input as Buffer);
    connection.endCopyFrom();
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#output.push(Buffer.from(chunk));
  }

  handleCommandComplete(): void {
    this.#done.resolve(Buffer.concat(this.#output));
  }

  handleError(error: Error): void {
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    // The answer came with the completion of the command.
  }
}

export interface BareCopy {
  /** A database in which the ledger has written, and an empty one with the same tables; both as the superuser. */
  readonly from: string;
  readonly to: string;
  readonly batch: number;
  readonly rowsMax: number;
}

/**
 * The raw baseline: the rows of `records` and `event_ids` that the ledger has written, copied in their binary form into
 * the same tables with the same indexes by one bare connection, a transaction per batch. Nothing is parsed, encoded or
 * computed meanwhile, and the superuser is past row-level security.
 *
 * @returns rows of `records` per second
 */
export async function bareCopyRate(options: BareCopy): Promise<number> {
  const { batch } = options;
  const source = new pg.Client({ connectionString: options.from });
  const target = new pg.Client({ connectionString: options.to });
  await Promise.all([source.connect(), target.connect()]);
  try {
    const { rows } = await source.query(
      'SELECT tenant_no, size::int AS size FROM attestry.heads WHERE size > 100 ORDER BY size DESC LIMIT 1',
    );
    const { tenant_no: tenantNo, size } = rows[0] as { tenant_no: number; size: number };
    const count = Math.min(size, options.rowsMax);
    const batches: CopyBatch[] = [];
    for (let from = 0; from < count; from += batch) {
      const range = `tenant_no = ${tenantNo} AND seq >= ${from} AND seq < ${Math.min(from + batch, count)} ORDER BY seq`;
      const out = (table: string): Promise<Buffer> =>
        new Copy(`COPY (SELECT * FROM attestry.${table} WHERE ${range}) TO STDOUT BINARY`).run(source);
      batches.push({ records: await out('records'), ids: await out('event_ids') });
    }
    const startedAt = performance.now();
    for (const { records, ids } of batches) {
      await target.query('BEGIN');
      await new Copy('COPY attestry.event_ids FROM STDIN BINARY', ids).run(target);
      await new Copy('COPY attestry.records FROM STDIN BINARY', records).run(target);
      await target.query('COMMIT');
    }
    return count / ((performance.now() - startedAt) / 1000);
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}
