import {
  bytesToHex,
  canonicalize,
  hashLeaf,
  type JsonObject,
  parseRecord,
  portableCrypto,
  type RecordType,
  utf8Encode,
  ZERO_HASH_HEX,
} from '../../packages/core/src/index.ts';
import { seededBytes, seededLogSigner } from './seeded.ts';

const ORIGIN = 'audit.example.com/t/acme';
const HASH = bytesToHex(seededBytes('some hash', 32));

const DATA: readonly (readonly [RecordType, JsonObject])[] = [
  [
    'genesis',
    {
      hash: 'sha256',
      nonce: bytesToHex(seededBytes('nonce', 16)),
      vkey: seededLogSigner(ORIGIN, 'log key').vkey,
    },
  ],
  [
    'event',
    {
      action: { status: 'success', verb: 'read' },
      actor: { type: 'user' },
      category: 'data',
      id: '0199b000-0000-7000-8000-000000000001',
      metadata: { 'ключ "1"': ['Übersicht \u{1f602}', 1e-7, { '10': true, '9': null }] },
      occurred_at: '2026-01-01T00:00:00.500Z',
      severity: 'info',
      tenant_id: 'acme',
      type: 'document.viewed',
    },
  ],
  ['erasure', { kid: 'dk_1', request: 'dsr_1', seals: 4, sub: 'sub_1' }],
  [
    'prune',
    {
      archive: { sha256: HASH },
      before: '2026-01-01T00:00:00.000Z',
      count: 4,
      policy: 'performance',
      ranges: [
        [3, 5],
        [9, 9],
      ],
    },
  ],
  ['hold', { hold: 'case-7', state: 'placed' }],
  ['key', { vkey: seededLogSigner(ORIGIN, 'next log key').vkey }],
  ['policy', { policy: 'seals', value: 'declared' }],
  ['anchor', { kind: 'rfc3161', root: HASH, size: 12 }],
  ['note', { seq: 3, text: 'The amount was 12, not 21.' }],
];

/** One record of each type with its leaf hash, and texts that are not records, with the code of the finding. */
export function recordVectors(): unknown {
  const accepted = DATA.map(([type, data], index) => {
    const seals =
      type === 'event'
        ? [
            { cm: HASH, sub: 'sub_1' },
            { cm: HASH, sub: 'sub_2' },
          ]
        : [];
    return recordText({ data, seals, seq: index, type });
  });
  return {
    accepted: accepted.map((text) => ({
      record: text,
      leafHash: bytesToHex(hashLeaf(portableCrypto, utf8Encode(text))),
    })),
    refused: refusals(accepted[1] as string).map(([name, record]) => ({
      name,
      record,
      code: codeOf(record),
    })),
  };
}

function recordText(changes: Readonly<Record<string, unknown>>): string {
  return canonicalize({
    at: '2026-01-01T00:00:01.000Z',
    data: {},
    log: ORIGIN,
    prev: ZERO_HASH_HEX,
    seals: [],
    seq: 0,
    type: 'note',
    v: 1,
    ...changes,
  });
}

function refusals(good: string): [string, string][] {
  const data = { seq: 1, text: 'x' };
  return [
    ['not JSON', good.slice(0, -1)],
    ['white space', good.replace(',', ', ')],
    ['a member twice', good.replace('"v":1', '"v":1,"v":1')],
    ['an escape that is not needed', good.replace('acme', '\\u0061cme')],
    ['a number with a fraction of zero', good.replace('"seq":1', '"seq":1.0')],
    ['members in another order', good.replace('"type":"event","v":1', '"v":1,"type":"event"')],
    ['__proto__', good.replace('"data":{', '"data":{"__proto__":{},')],
    ['another version', good.replace('"v":1', '"v":2')],
    ['no version', good.replace(',"v":1', '')],
    ['a ninth member', recordText({ data, more: 1 })],
    ['a member missing', good.replace(/"prev":"[0-9a-f]{64}",/, '')],
    ['a time with an offset', recordText({ data, at: '2026-01-01T00:00:01.000+00:00' })],
    ['30 February', recordText({ data, at: '2026-02-30T00:00:01.000Z' })],
    ['a hash in capitals', recordText({ data, prev: HASH.toUpperCase() })],
    ['a seal with a third member', recordText({ data, seals: [{ cm: HASH, kid: 'dk', sub: 's' }] })],
    ['an unknown type', recordText({ data, type: 'audit' })],
    ['data without a member of its type', recordText({ data: { seq: 1 } })],
    ['a list', '[]'],
  ];
}

function codeOf(record: string): string {
  const parsed = parseRecord(record);
  if (parsed.ok) {
    throw new Error(`accepted: ${record.slice(0, 200)}`);
  }
  return parsed.code;
}
