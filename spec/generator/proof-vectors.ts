import {
  bytesToHex,
  concatBytes,
  formatCheckpoint,
  formatTlogProof,
  hashLeaf,
  inclusionProof,
  parseTlogProof,
  portableCrypto,
  signNote,
  subtreeHash,
  tileNodeReader,
  utf8Encode,
  verifyTlogProof,
} from '../../packages/core/src/index.ts';
import { seededBytes, seededLogSigner, seededWitness } from './seeded.ts';

const ORIGIN = 'audit.example.com/t/acme';
const TREE_SIZE = 5;
const log = seededLogSigner(ORIGIN, 'log key');
const witness = seededWitness('witness.example.net/w1', 'witness 1 key', 1_767_225_600);
const vkeys = [log.vkey, witness.vkey];
const entries = Array.from({ length: TREE_SIZE }, (_, index) => `entry ${index}`);

/** Proof files (c2sp.org/tlog-proof@v1) of a small tree: good ones, and ones that fail, with the code. */
export async function proofVectors(): Promise<unknown> {
  const files = await Promise.all(entries.map((_, index) => proofFile(index)));
  const good = files[2] as string;
  const proof = parseTlogProof(good);
  const failing: [string, string][] = [
    ['another index', good.replace('index 2', 'index 3')],
    ['a leading zero', good.replace('index 2', 'index 02')],
    ['a hash missing', formatTlogProof({ ...proof, hashes: proof.hashes.slice(1) })],
    ['a hash too many', formatTlogProof({ ...proof, hashes: [...proof.hashes, seededBytes('hash', 32)] })],
    ['another size', good.replace('\n5\n', '\n6\n')],
    ['another header', good.replace('@v1', '@v2')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    [
      'no signature of the log',
      formatTlogProof({ ...proof, checkpointNote: checkpointNote(await root(), [witness]) }),
    ],
  ];
  return {
    vkeys,
    accepted: files.map((file, index) => ({ entry: entries[index], file, index: indexOf(file, index) })),
    withExtra: formatTlogProof({ ...proof, extra: utf8Encode('opaque') }),
    refused: failing.map(([name, file]) => ({ name, entry: entries[2], file, code: codeOf(file) })),
    rootHex: bytesToHex(await root()),
  };
}

const reader = tileNodeReader(
  portableCrypto,
  async () => concatBytes(...entries.map((entry) => hashLeaf(portableCrypto, utf8Encode(entry)))),
  TREE_SIZE,
);

function root(): Promise<Uint8Array> {
  return subtreeHash(portableCrypto, reader, { begin: 0, end: TREE_SIZE });
}

async function proofFile(index: number): Promise<string> {
  const hashes = await inclusionProof(portableCrypto, reader, index, TREE_SIZE);
  return formatTlogProof({ index, hashes, checkpointNote: checkpointNote(await root(), [log, witness]) });
}

function checkpointNote(rootHash: Uint8Array, signers: readonly (typeof log)[]): string {
  return signNote(formatCheckpoint({ origin: ORIGIN, size: TREE_SIZE, root: rootHash }), signers);
}

function verdictOf(proofText: string, index: number): ReturnType<typeof verifyTlogProof> {
  return verifyTlogProof(portableCrypto, {
    proofText,
    recordBytes: utf8Encode(entries[index] as string),
    vkeys,
  });
}

function indexOf(file: string, index: number): number {
  const verdict = verdictOf(file, index);
  if (!verdict.ok) {
    throw new Error(`a proof fails: ${verdict.detail}`);
  }
  return verdict.index;
}

function codeOf(file: string): string {
  const verdict = verdictOf(file, 2);
  if (verdict.ok) {
    throw new Error('accepted what has to be refused');
  }
  return verdict.code;
}
