import type { ApiClient } from '../connection/api-client.ts';
import { ApiError, type EventRefusal } from '../connection/api-error.ts';
import { IMPORT_BATCH_BYTES_MAX, IMPORT_BATCH_EVENTS_MAX } from '../limits.ts';
import type { ImportProblem } from './import-report.ts';

/** One event on its way: its exact JSON, and where it came from. */
export interface UploadItem {
  readonly json: string;
  readonly file: string;
  readonly place: string;
  /** Whether an export of Attestry wrote it. */
  readonly isExported?: boolean;
}

/** What became of one event. */
export type UploadOutcome =
  | { readonly kind: 'new' }
  | { readonly kind: 'already_there' }
  | { readonly kind: 'refused'; readonly problem: ImportProblem; readonly isExported: boolean };

interface UploaderOptions {
  readonly client: ApiClient;
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly onOutcome: (outcome: UploadOutcome) => void;
  readonly onRetry: (pauseMs: number, reason: string) => void;
}

/** Answers of `POST /v1/events` to a batch: all taken (201), or one result per event (207). */
interface BatchAnswer {
  readonly receipts?: readonly { readonly duplicate: boolean }[];
  readonly results?: readonly ({
    readonly index: number;
    readonly receipt?: { readonly duplicate: boolean };
  } & Partial<Omit<EventRefusal, 'index'>>)[];
}

/**
 * Sends events in batches with a bounded number of requests under way.
 *
 * Every event has an id, so a batch that was cut off is simply sent again. A batch that is refused as a whole is
 * halved until the event at fault is alone: it is reported, its neighbours are kept (trap 14).
 */
export class Uploader {
  readonly #options: UploaderOptions;
  readonly #running = new Set<Promise<void>>();
  #batch: UploadItem[] = [];
  #batchBytes = 0;
  #failure: Error | undefined;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** Takes one event; waits while as many requests as allowed are under way. Throws what made a request impossible. */
  async add(item: UploadItem): Promise<void> {
    const bytes = Buffer.byteLength(item.json);
    if (bytes > IMPORT_BATCH_BYTES_MAX) {
      this.#refuse(item, { code: 'record_too_large', detail: `${bytes} bytes; a record is at most 60,000` });
      return;
    }
    if (this.#batch.length >= IMPORT_BATCH_EVENTS_MAX || this.#batchBytes + bytes > IMPORT_BATCH_BYTES_MAX) {
      await this.#flush();
    }
    this.#batch.push(item);
    this.#batchBytes += bytes + 1;
  }

  /** Sends what is left and waits for every answer. */
  async finish(): Promise<void> {
    await this.#flush();
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    while (this.#running.size >= this.#options.concurrency) await Promise.race(this.#running);
    this.#throwFailure();
    const request: Promise<void> = this.#send(batch)
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#running.delete(request));
    this.#running.add(request);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #send(batch: readonly UploadItem[]): Promise<void> {
    let answer: BatchAnswer;
    try {
      answer = await this.#options.client.json<BatchAnswer>('/v1/events', {
        method: 'POST',
        rawBody: {
          text: `{"events":[${batch.map((item) => item.json).join(',')}]}`,
          contentType: 'application/json',
        },
        retry: 'patient',
        onRetry: this.#options.onRetry,
      });
    } catch (error) {
      if (!(error instanceof ApiError) || !isAboutTheEvents(error.status)) throw error;
      await this.#isolate(batch, error);
      return;
    }
    this.#count(batch, answer);
  }

  async #isolate(batch: readonly UploadItem[], error: ApiError): Promise<void> {
    const [only] = batch;
    if (error.refusals.length === batch.length) {
      for (const refusal of error.refusals) this.#refuseAt(batch, refusal);
    } else if (batch.length === 1 && only !== undefined) {
      this.#refuse(only, {
        code: error.code,
        detail: error.message,
        path: error.path?.replace(/^\/events\/0/, ''),
      });
    } else {
      const middle = Math.ceil(batch.length / 2);
      await this.#send(batch.slice(0, middle));
      await this.#send(batch.slice(middle));
    }
  }

  #count(batch: readonly UploadItem[], answer: BatchAnswer): void {
    const results = answer.results ?? answer.receipts?.map((receipt, index) => ({ index, receipt })) ?? [];
    const unanswered = new Set(batch.keys());
    for (const result of results) {
      if (!unanswered.delete(result.index)) continue;
      if (result.receipt !== undefined) {
        this.#options.onOutcome({ kind: result.receipt.duplicate ? 'already_there' : 'new' });
      } else {
        this.#refuseAt(batch, { code: 'refused', ...result });
      }
    }
    for (const index of unanswered) {
      this.#refuseAt(batch, {
        index,
        code: 'no_answer',
        detail: 'the server said nothing about it; import it again',
      });
    }
  }

  #refuseAt(batch: readonly UploadItem[], refusal: EventRefusal): void {
    const item = batch[refusal.index];
    if (item === undefined) return;
    const path = refusal.path?.replace(new RegExp(`^/events/${refusal.index}(?=/|$)`), '');
    this.#refuse(item, { code: refusal.code, detail: refusal.detail ?? 'refused', path });
  }

  #refuse(item: UploadItem, reason: { code: string; detail: string; path?: string | undefined }): void {
    const { code, detail, path } = reason;
    const problem = {
      file: item.file,
      place: item.place,
      code,
      detail,
      ...(path === undefined ? {} : { path }),
    };
    this.#options.onOutcome({ kind: 'refused', problem, isExported: item.isExported === true });
  }
}

/** Refusals that one event of the batch caused, as opposed to those of the credential or the server. */
function isAboutTheEvents(status: number): boolean {
  return status === 400 || status === 409 || status === 413 || status === 422;
}
