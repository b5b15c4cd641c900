import type { LogHead } from './ports/ledger-store.ts';

/** Told that a log has grown to this head, by whichever node. */
export type GrowthListener = (head: LogHead) => void;

/** Told of every commit of this node: the new head, how many records came, how long the store took (0 when not measured). */
export type CommitListener = (head: LogHead, records: number, commitMs: number) => void;

interface NewsLogger {
  error(details: Readonly<Record<string, unknown>>, message: string): void;
}

/** Who wants to know of commits, and what they were told. A listener that throws is reported; the commit stands. */
export class CommitNews {
  readonly #logger: NewsLogger;
  readonly #onCommit = new Set<CommitListener>();
  readonly #onGrowth = new Set<GrowthListener>();
  /** Sizes that were told, by tenant. */
  readonly #told = new Map<string, number>();

  constructor(logger: NewsLogger) {
    this.#logger = logger;
  }

  onCommit(listener: CommitListener): () => void {
    this.#onCommit.add(listener);
    return () => this.#onCommit.delete(listener);
  }

  onGrowth(listener: GrowthListener): () => void {
    this.#onGrowth.add(listener);
    return () => this.#onGrowth.delete(listener);
  }

  /** Whether a head is larger than what was told of its log. */
  isNew({ tenant, size }: LogHead): boolean {
    return size > (this.#told.get(tenant) ?? 0);
  }

  /** Takes a head as told, without telling. */
  known({ tenant, size }: LogHead): void {
    this.#told.set(tenant, size);
  }

  /** Tells a commit of this node. */
  committed(head: LogHead, records: number, commitMs: number): void {
    for (const listener of this.#onCommit) this.#tell(() => listener(head, records, commitMs));
    this.grown(head);
  }

  /** Tells that a log has grown, once for a size, whoever made it grow. */
  grown(head: LogHead): void {
    if (!this.isNew(head)) return;
    this.known(head);
    for (const listener of this.#onGrowth) this.#tell(() => listener(head));
  }

  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#logger.error({ err: error }, 'a commit listener failed; the commit stands');
    }
  }
}
