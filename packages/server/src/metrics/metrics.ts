import type { IncomingEvent, Ledger } from '@attestry/ledger';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EventOutcome } from '../operations/event-outcome.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface MetricsOptions {
  readonly ledger: Pick<Ledger, 'status' | 'onCommit'>;
  readonly storeBytes: () => Promise<number>;
  /** Streams that are open. */
  readonly streams: () => number;
  /** Sessions of the console that are open. */
  readonly sessions: () => number;
  /** Logs with findings. */
  readonly damagedLogs: () => number;
  /** How far this machine's clock is ahead of the one that records are dated by. */
  readonly clockSkewMs: () => number;
}

/**
 * The figures of api.md for Prometheus. Labels are only ever closed sets of words (category, status, operation,
 * follower): never an event type, path or tenant, which have no bound (trap 42).
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #events: Counter<'category' | 'status'>;
  readonly #ingest: Histogram;
  readonly #query: Histogram<'operation'>;
  readonly #verifyFailures: Counter;
  readonly #signIns: Counter<'method' | 'outcome'>;

  constructor(options: MetricsOptions) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#events = new Counter({
      name: 'attestry_events_total',
      help: 'Events taken in, by category and what became of them',
      labelNames: ['category', 'status'],
      registers,
    });
    this.#ingest = new Histogram({
      name: 'attestry_ingest_seconds',
      help: 'From a parsed request to its receipts',
      buckets: SECONDS,
      registers,
    });
    this.#query = new Histogram({
      name: 'attestry_query_seconds',
      help: 'Time of reading operations',
      labelNames: ['operation'],
      buckets: SECONDS,
      registers,
    });
    this.#verifyFailures = new Counter({
      name: 'attestry_verify_failures_total',
      help: 'Verifications that found something or could not be carried out',
      registers,
    });
    this.#signIns = new Counter({
      name: 'attestry_sign_ins_total',
      help: 'Attempts to sign in to the console, by method and outcome',
      labelNames: ['method', 'outcome'],
      registers,
    });
    this.#addLedgerFigures(options);
  }

  #addLedgerFigures({
    ledger,
    storeBytes,
    clockSkewMs,
    streams,
    sessions,
    damagedLogs,
  }: MetricsOptions): void {
    const registers = [this.#registry];
    const commit = new Histogram({
      name: 'attestry_commit_seconds',
      help: 'Time of one commit',
      buckets: SECONDS,
      registers,
    });
    const batch = new Histogram({
      name: 'attestry_batch_events',
      help: 'Events per commit',
      buckets: [1, 4, 16, 64, 128, 256, 512, 1_024],
      registers,
    });
    ledger.onCommit((_head, records, commitMs) => {
      commit.observe(commitMs / 1_000);
      batch.observe(records);
    });
    const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
      const metric: Gauge = new Gauge({
        name,
        help,
        registers,
        async collect(): Promise<void> {
          metric.set(await read());
        },
      });
    };
    gauge('attestry_queue_size', 'Events accepted and not yet committed', () => ledger.status().queue.events);
    gauge('attestry_store_full', '1 while the disk of the store has no space left', () =>
      ledger.status().diskFull ? 1 : 0,
    );
    gauge(
      'attestry_clock_skew_seconds',
      "This machine's clock minus the one that records are dated by",
      () => clockSkewMs() / 1_000,
    );
    gauge('attestry_store_bytes', 'Bytes of the store on disk', storeBytes);
    gauge(
      'attestry_checkpoint_age_seconds',
      'Age of the oldest record that no checkpoint covers yet',
      () => ledger.status().checkpoints.oldestUnsignedMs / 1_000,
    );
    gauge('attestry_streams', 'Streams of events that are open (SSE and WebSocket)', streams);
    gauge('attestry_sessions', 'Sessions of the console that are open', sessions);
    gauge('attestry_damaged_logs', 'Logs in which a verification has found something', damagedLogs);
    const lag: Gauge<'follower'> = new Gauge({
      name: 'attestry_follower_lag_events',
      help: 'Events committed and not yet seen by a follower',
      labelNames: ['follower'],
      registers,
      collect(): void {
        const events = ledger.status().search?.lagEvents;
        if (events !== undefined) lag.set({ follower: 'search' }, events);
      },
    });
  }

  /** Counts one request of events. */
  countIngest(
    prepared: readonly { readonly index: number; readonly event: IncomingEvent }[],
    outcomes: readonly EventOutcome[],
    durationMs: number,
  ): void {
    this.#ingest.observe(durationMs / 1_000);
    const counts = new Map<string, number>();
    const bump = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const { index, event } of prepared) {
      const outcome = outcomes[index];
      const status =
        outcome === undefined || 'refused' in outcome
          ? 'refused'
          : outcome.receipt.duplicate
            ? 'duplicate'
            : 'accepted';
      bump(`${event.event.category} ${status}`);
    }
    const unread = outcomes.length - prepared.length;
    for (const [key, count] of counts) {
      const [category = '', status = ''] = key.split(' ');
      this.#events.inc({ category, status }, count);
    }
    if (unread > 0) this.#events.inc({ category: 'none', status: 'refused' }, unread);
  }

  /** Times a reading operation. */
  async time<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const end = this.#query.startTimer({ operation });
    try {
      return await work();
    } finally {
      end();
    }
  }

  countSignIn(method: 'api_key' | 'oidc', outcome: 'success' | 'failure'): void {
    this.#signIns.inc({ method, outcome });
  }

  countVerifyFailure(): void {
    this.#verifyFailures.inc();
  }

  /** The text format of Prometheus, and its content type. */
  async render(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
