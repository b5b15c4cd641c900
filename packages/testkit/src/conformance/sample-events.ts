import { bytesToHex, formatTime, type JsonObject, portableCrypto, utf8Encode } from '@attestry/core';
import type { BlindIndex, EventColumns } from '@attestry/ledger';
import type { UnlinkedRecord } from './linked-log.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Every value that the samples are made of, so that a suite can ask for each of them. */
export const SAMPLE = {
  types: [
    'document.viewed',
    'document.edited',
    'document.deleted',
    'documentary.shown',
    'user.login.failure',
  ],
  categories: ['data', 'auth'],
  severities: ['info', 'low', 'high'],
  statuses: ['success', 'failure', null],
  verbs: ['read', 'update', null],
  projects: ['apollo', 'zephyr', null],
  actors: ['alice', 'bob', 'carol'],
  targets: ['doc-1', 'doc-2', 'doc-3', 'doc-4'],
  addresses: ['10.0.0.1', '10.0.0.2', '10.0.9.1', '10.9.0.1'],
  httpStatuses: [200, 404, 500, 503, null],
  lights: ['green', 'red', null],
  regulations: ['GDPR', 'EU AI Act'],
} as const;

/** Times that are shared by many events, lie before 1970 and far from each other. */
const OCCURRED_MS = [
  -86_400_001, -1, 0, 1_700_000_000_000, 1_700_000_000_001, 1_700_003_600_000, 1_790_000_000_000,
];

/** A fingerprint like the ledger's, without its key. */
export function sampleBlind(column: string, value: string): BlindIndex {
  const hash = portableCrypto.sha256(utf8Encode(`${column}\n${value}`));
  return BigInt.asIntN(64, BigInt(`0x${bytesToHex(hash.subarray(0, 8))}`));
}

/** Metadata with names that quote, dot and dollar, nested values of every type. */
function sampleMetadata(random: SeededRandom): JsonObject {
  return {
    count: random.below(3),
    'a"b.$c': { 'x y': random.pick(['one', 'two']), deep: { flag: random.below(2) === 0, list: ['p', 'q'] } },
    ratio: 1.5,
    nothing: null,
  };
}

/** One random event; `n` makes it unlike all others. */
export function sampleEvent(random: SeededRandom, tenant: string, n: number): UnlinkedRecord {
  const id = random.uuid();
  const regulations = random.below(4) === 0 ? SAMPLE.regulations.slice(0, 1 + random.below(2)) : undefined;
  const columns = sampleColumns(random);
  const data: JsonObject = {
    id,
    metadata: sampleMetadata(random),
    occurred_at: formatTime(columns.occurredAtMs),
    target: { id: `thing-${n}`, name: 'Größe "ü" \u2028' },
    tenant_id: tenant,
    type: columns.type,
    ...(regulations === undefined ? {} : { compliance: { regulations_checked: regulations } }),
  };
  return { data, id, columns };
}

function sampleColumns(random: SeededRandom): EventColumns {
  const address = random.pick(SAMPLE.addresses);
  const network = address.split('.');
  const sometimes = (column: string, values: number): BlindIndex | null =>
    random.below(3) === 0 ? sampleBlind(column, String(random.below(values))) : null;
  return {
    occurredAtMs: random.pick(OCCURRED_MS),
    type: random.pick(SAMPLE.types),
    category: random.pick(SAMPLE.categories),
    severity: random.pick(SAMPLE.severities),
    status: random.pick(SAMPLE.statuses),
    verb: random.pick(SAMPLE.verbs),
    project: random.pick(SAMPLE.projects),
    actorType: 'user',
    actor: sampleBlind('actor', random.pick(SAMPLE.actors)),
    actorEmail: sometimes('actorEmail', 3),
    ip: sampleBlind('ip', address),
    ipNet: sampleBlind('ipNet', network.slice(0, 3).join('.')),
    ipWide: sampleBlind('ipWide', network.slice(0, 2).join('.')),
    session: sometimes('session', 20),
    targetType: 'document',
    target: sampleBlind('target', random.pick(SAMPLE.targets)),
    requestId: sometimes('requestId', 50),
    correlationId: sometimes('correlationId', 5),
    parentId: sometimes('parentId', 5),
    executionId: sometimes('executionId', 5),
    httpStatus: random.pick(SAMPLE.httpStatuses),
    trafficLight: random.pick(SAMPLE.lights),
  };
}
