import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Receipt } from '@attestry/ledger';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
/** On a machine that is busy with other things no more answers are waited for after this. */
const LOAD_MS_MAX = 3_000;
const START_MS_MAX = 60_000;

/** Receipts that were read, by tenant. */
export type Acknowledged = ReadonlyMap<string, Receipt[]>;

export interface WritingStart {
  readonly dataDir: string;
  /** URL of the database; the embedded store when absent. */
  readonly store?: string;
  readonly seed: number;
  readonly acknowledged: Acknowledged;
}

/** A process that appends as fast as it can to the logs of some tenants, until it is killed. */
export class WritingProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #exited: Promise<void>;
  readonly #drained: Promise<void>;
  #answers = 0;
  #onAnswer: () => void = () => undefined;
  #trouble = '';

  /** @returns when it writes */
  static async start(start: WritingStart): Promise<WritingProcess> {
    const ready = Promise.withResolvers<void>();
    const writing = new WritingProcess(start, () => ready.resolve());
    const late = sleep(START_MS_MAX, undefined, { ref: false }).then(() => {
      throw new Error(`the writing process was not ready after ${START_MS_MAX} ms`);
    });
    try {
      await Promise.race([ready.promise, writing.#ended, late]);
    } catch (error) {
      await writing.kill();
      throw error;
    }
    return writing;
  }

  private constructor({ dataDir, store = '', seed, acknowledged }: WritingStart, onReady: () => void) {
    const tenants = [...acknowledged.keys()].join(',');
    this.#child = spawn(process.execPath, [CHILD, dataDir, String(seed), tenants, store], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#trouble += chunk.toString();
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      if (line === 'ready') onReady();
      else {
        take(line, acknowledged);
        this.#answers += 1;
        this.#onAnswer();
      }
    });
    this.#drained = new Promise((resolve) => lines.once('close', resolve));
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.#ended = this.#exited.then(() =>
      Promise.reject(new Error(`the writing process ended by itself: ${this.#trouble}`)),
    );
    this.#ended.catch(() => undefined);
  }

  /** Waits until so many more calls were answered, or for some seconds. */
  async answered(answers: number): Promise<void> {
    const until = this.#answers + answers;
    const reached = new Promise<void>((resolve) => {
      this.#onAnswer = () => {
        if (this.#answers >= until) resolve();
      };
      this.#onAnswer();
    });
    await Promise.race([reached, sleep(LOAD_MS_MAX, undefined, { ref: false }), this.#ended]);
  }

  /** Sends a signal to this very process. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** `kill -9`; resolves when everything it had said is read. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
    await this.#drained;
  }
}

function take(line: string, acknowledged: Acknowledged): void {
  // Cut off in the middle by the kill: it was never read as a whole, so it does not count.
  if (!line.endsWith(']}')) return;
  const { tenant, receipts } = JSON.parse(line) as { tenant: string; receipts: Receipt[] };
  acknowledged.get(tenant)?.push(...receipts);
}
