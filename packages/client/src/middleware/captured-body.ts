import type { JsonValue } from '../event/event-input.ts';
import { soundText } from './sound-text.ts';

/** Which bodies an event carries in `metadata.request_body` and `metadata.response_body`; none by default. */
export interface BodyOptions {
  /** As the app has parsed it; what the app does not read is not read for the audit either. */
  readonly request?: boolean;
  readonly response?: boolean;
  /** A larger body is left out, and the event says so. */
  readonly bytesMax?: number;
}

/** Bytes of a body that an event carries: with two of them it stays far below the 60,000 of a record. */
export const BODY_BYTES = 10_000;

/** Most that can be asked for, for the same reason. */
export const BODY_BYTES_MAX = 20_000;

/** Levels of a body; the server takes 32 in all. */
const BODY_DEPTH_MAX = 24;

/** A body that is not kept because it is too large. */
const TOO_LARGE = Symbol('attestry.too-large');

const FORM = 'application/x-www-form-urlencoded';

const encoder = new TextEncoder();

/** Collects a body up to a bound; beyond it, nothing is kept. */
export class BodyCollector {
  readonly #bytesMax: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Nothing more is kept. */
  get isFull(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.isFull) this.#chunks.length = 0;
    // A copy: whoever wrote the chunk may use its memory again.
    else this.#chunks.push(chunk.slice());
  }

  /**
   * The members of the body, so that secrets can be told by their names; `undefined` for what is neither JSON nor a
   * form, or is compressed.
   *
   * @throws {SyntaxError} when it says it is JSON and is not
   */
  parsed(header: (name: string) => string | null | undefined): unknown {
    const type = (header('content-type') ?? '').toLowerCase();
    const isJson = /[/+]json\b/.test(type);
    if (header('content-encoding') != null || this.#bytes === 0 || !(isJson || type.startsWith(FORM)))
      return undefined;
    if (this.isFull) return TOO_LARGE;
    const decoder = new TextDecoder();
    const text = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('');
    return isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
  }
}

/** The members of a request's body, read beside the app, where a framework does not keep what the app has read. */
export async function copyOfBody(
  request: Request,
  { request: isAsked = false, bytesMax = BODY_BYTES }: BodyOptions = {},
): Promise<unknown> {
  const header = (name: string): string | null => request.headers.get(name);
  if (!isAsked || request.body === null) return undefined;
  const collector = new BodyCollector(bytesMax);
  const reader = (request.clone().body as ReadableStream<Uint8Array>).getReader();
  while (!collector.isFull) {
    const { done, value } = await reader.read();
    if (done) return collector.parsed(header);
    collector.add(value);
  }
  // The app reads on; what is not wanted here is not kept for it.
  void reader.cancel();
  return collector.parsed(header);
}

/** A copy of a parsed body as the log takes it, or a note why there is none; `undefined` when there is nothing to tell. */
export function capturedBody(body: unknown, bytesMax: number): JsonValue {
  const leftOut = `[left out: more than ${bytesMax} bytes]`;
  if (body === TOO_LARGE) return leftOut;
  // Text has no names by which its secrets could be told.
  if (typeof body !== 'object' || body === null || ArrayBuffer.isView(body)) return undefined;
  const budget = { left: bytesMax };
  const copy = copyOf(body, budget, 0);
  return budget.left < 0 ? leftOut : copy;
}

function copyOf(value: unknown, budget: { left: number }, depth: number): JsonValue {
  budget.left -= 2;
  if (budget.left < 0 || depth > BODY_DEPTH_MAX) return '[left out: too deep]';
  switch (typeof value) {
    case 'string':
      return spend(value, budget);
    case 'number':
      // As text where another reader would read another number.
      return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))
        ? value
        : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : copyOfObject(value, budget, depth);
    default:
      return undefined;
  }
}

function copyOfObject(value: object, budget: { left: number }, depth: number): JsonValue {
  const { toJSON } = value as { toJSON?: unknown };
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (typeof toJSON === 'function') return copyOf(toJSON.call(value), budget, depth + 1);
  if (Array.isArray(value)) {
    const list: JsonValue[] = [];
    for (const item of value) {
      if (budget.left < 0) break;
      list.push(copyOf(item, budget, depth + 1) ?? null);
    }
    return list;
  }
  const members: [string, JsonValue][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (budget.left < 0) break;
    // The server refuses names that could reach a prototype.
    const isRefused = name === '__proto__' || (name === 'constructor' && typeof member === 'object');
    const safe = isRefused ? `_${name}` : name;
    members.push([spend(safe, budget), copyOf(member, budget, depth + 1)]);
  }
  return Object.fromEntries(members);
}

function spend(text: string, budget: { left: number }): string {
  budget.left -= text.length > budget.left ? text.length : encoder.encode(text).length;
  return budget.left < 0 ? '' : soundText(text, text.length);
}
