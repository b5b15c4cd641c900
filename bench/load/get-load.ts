import { type ChildProcess, fork } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { quantile } from '../statistics.ts';

/**
 * Gets one address over kept-alive connections, from a process of its own, with as little work per request as can be: the
 * request is one text, of the answer only the end is looked for.
 */
export interface GetOrder {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second over all connections; as fast as it goes when absent. */
  readonly rate?: number;
}

export interface GetResult {
  /** Answers that came. */
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 200. */
  readonly failed: number;
}

class Connection {
  readonly #socket: Socket;
  readonly #request: string;
  #text = '';
  #sentMs = 0;
  #onAnswer: (ms: number, ok: boolean) => void;

  constructor(url: URL, onAnswer: (ms: number, ok: boolean) => void) {
    this.#request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`;
    this.#onAnswer = onAnswer;
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.setEncoding('latin1').on('data', (text: string) => this.#read(text));
  }

  /** @param sentMs when it should have been sent, which is what a user waits from */
  get(sentMs: number): void {
    this.#sentMs = sentMs;
    this.#socket.write(this.#request);
  }

  end(): void {
    this.#onAnswer = () => undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#text += text;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const isOk = this.#text.startsWith('HTTP/1.1 200');
    this.#text = '';
    this.#onAnswer(performance.now() - this.#sentMs, isOk);
  }
}

async function load({ url, connections, seconds, rate }: GetOrder): Promise<GetResult> {
  const latencies: number[] = [];
  let failed = 0;
  const idle: Connection[] = [];
  const due: number[] = [];
  const all = Array.from({ length: connections }, () => {
    const connection: Connection = new Connection(new URL(url), (ms, ok) => {
      latencies.push(ms);
      if (!ok) failed += 1;
      const next = rate === undefined ? performance.now() : due.shift();
      if (next === undefined) idle.push(connection);
      else connection.get(next);
    });
    return connection;
  });
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  if (rate === undefined) for (const connection of all) connection.get(performance.now());
  else idle.push(...all);
  let asked = 0;
  while (performance.now() < endMs) {
    const wanted = rate === undefined ? 0 : ((performance.now() - startedMs) / 1_000) * rate;
    for (; asked < wanted; asked += 1) {
      const sentMs = startedMs + (asked / (rate as number)) * 1_000;
      const connection = idle.pop();
      if (connection === undefined) due.push(sentMs);
      else connection.get(sentMs);
    }
    await new Promise((resolve) => setTimeout(resolve, rate === undefined ? 20 : 1));
  }
  const elapsedMs = performance.now() - startedMs;
  for (const connection of all) connection.end();
  return {
    count: latencies.length,
    perSecond: (latencies.length / elapsedMs) * 1_000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    failed,
  };
}

/** A load process that can be asked again and again. */
export interface GetLoad {
  run(order: GetOrder): Promise<GetResult>;
  stop(): void;
}

/** Starts this file as a process. */
export function startGetLoad(): GetLoad {
  const child: ChildProcess = fork(new URL(import.meta.url));
  return {
    run: (order) =>
      new Promise((resolve) => {
        child.once('message', (result) => resolve(result as GetResult));
        child.send(order);
      }),
    stop: () => void child.kill(),
  };
}

if (import.meta.main) {
  process.on('message', (order) => {
    void load(order as GetOrder).then((result) => process.send?.(result));
  });
}
