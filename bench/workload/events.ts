import { createHash } from 'node:crypto';

/** Deterministic 32-bit generator (mulberry32): the same seed gives the same events in every run. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TYPES = [
  'document.viewed',
  'document.edited',
  'document.downloaded',
  'user.login.success',
  'user.login.failure',
  'record.updated',
  'settings.updated',
  'agent.tool.called',
] as const;
const VERBS = ['read', 'update', 'read', 'login', 'login', 'update', 'update', 'execute'] as const;
const WORDS =
  'annual report contract invoice draft review approved customer renewal quarter budget forecast policy onboarding'.split(
    ' ',
  );

export interface WorkloadOptions {
  readonly seed: number;
  /** Length of the JSON text of one event, in bytes; reached by padding a metadata text with words. */
  readonly eventBytes: number;
  /** Number of different people who act; each gets a data key of its own. */
  readonly actors: number;
  /** `occurred_at` of event 0; each later one is 50 ms after it. */
  readonly startMs: number;
}

/**
 * An endless, repeatable stream of audit events: one person acts on one document, so each event has one seal.
 *
 * @returns a function that makes event number `n`
 */
export function workload(options: WorkloadOptions): (n: number) => Record<string, unknown> {
  return (n) => {
    const random = seededRandom(options.seed + n * 2_654_435_761);
    const kind = Math.floor(random() * TYPES.length);
    const actor = Math.floor(random() * options.actors);
    const document = Math.floor(random() * 50_000);
    const id = createHash('sha256').update(`${options.seed}/${n}`).digest('hex');
    const failed = TYPES[kind] === 'user.login.failure';
    const event = {
      id: `${timePrefix(options.startMs + n)}-7${id.slice(0, 3)}-8${id.slice(3, 6)}-${id.slice(6, 18)}`,
      type: TYPES[kind],
      occurred_at: new Date(options.startMs + n * 50).toISOString(),
      actor: {
        type: 'user',
        id: `u-${actor}`,
        name: `Person ${actor}`,
        email: `person${actor}@example.com`,
        ip_address: `10.${actor & 63}.${(actor >> 6) & 255}.${n & 127}`,
      },
      action: { verb: VERBS[kind], status: failed ? 'failure' : 'success' },
      target: {
        type: 'document',
        id: `doc-${document}`,
        name: `${WORDS[document % WORDS.length]} ${document}.pdf`,
      },
      context: { request_id: `req-${n}` },
      metadata: { note: '' },
    };
    const missing = options.eventBytes - JSON.stringify(event).length;
    let note = '';
    while (note.length < missing) note += `${WORDS[Math.floor(random() * WORDS.length)]} `;
    event.metadata.note = note.slice(0, Math.max(missing, 0));
    return event;
  };
}

/** The first 48 bits of a UUIDv7: milliseconds since the epoch. */
function timePrefix(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
