import {
  formatCheckpoint,
  NoteError,
  openCheckpoint,
  parseVkey,
  portableCrypto,
  signNote,
} from '../../packages/core/src/index.ts';
import { seededBytes, seededLogSigner, seededWitness } from './seeded.ts';

const ORIGIN = 'audit.example.com/t/acme';
const log = seededLogSigner(ORIGIN, 'log key');
const witness1 = seededWitness('witness.example.net/w1', 'witness 1 key', 1_767_225_600);
const witness2 = seededWitness('witness.example.org/w2', 'witness 2 key', 1_767_225_601);
const stranger = seededLogSigner('stranger.example', 'stranger key');
const trust = { origin: ORIGIN, logVkeys: [log.vkey], witnessVkeys: [witness1.vkey, witness2.vkey] };

/** Checkpoints of a log with two witnesses: notes that open, notes that are refused and why, verifier keys. */
export function noteVectors(): unknown {
  const text = formatCheckpoint({ origin: ORIGIN, size: 42, root: seededBytes('root', 32) });
  const good = signNote(text, [log, witness1]);
  return {
    origin: ORIGIN,
    logVkey: log.vkey,
    witnessVkeys: trust.witnessVkeys,
    accepted: [
      ['signed by the log', signNote(text, [log])],
      ['with two witnesses', signNote(text, [log, witness1, witness2])],
      ['with a signature of a stranger', signNote(text, [stranger, log])],
      ['signed twice by a witness', signNote(text, [log, witness2, witness2])],
      [
        'of an empty tree',
        signNote(formatCheckpoint({ origin: ORIGIN, size: 0, root: seededBytes('root', 32) }), [log]),
      ],
    ].map(([name, note]) => ({ name, note, ...openedOf(note as string) })),
    refused: refusals(text, good).map(([name, note]) => ({
      name,
      note,
      code: codeOf(() => openCheckpoint(portableCrypto, note, trust)),
    })),
    refusedVkeys: badVkeys().map((vkey) => ({ vkey, code: codeOf(() => parseVkey(portableCrypto, vkey)) })),
  };
}

function openedOf(note: string): { size: number; witnesses: readonly unknown[] } {
  const { checkpoint, witnesses } = openCheckpoint(portableCrypto, note, trust);
  return { size: checkpoint.size, witnesses };
}

function refusals(text: string, good: string): [string, string][] {
  const otherOrigin = formatCheckpoint({
    origin: 'audit.example.com/t/b',
    size: 42,
    root: seededBytes('root', 32),
  });
  const wrongWitness = { ...witness1, sign: () => new Uint8Array(72) };
  return [
    ['another size', good.replace('\n42\n', '\n43\n')],
    ['another time of the witness', good.replace('AAAABpV', 'AAAABqV')],
    ['signed by a witness only', signNote(text, [witness1])],
    ['signed by a stranger only', signNote(text, [stranger])],
    ['a wrong signature of a known witness', signNote(text, [log, wrongWitness])],
    ['of another log', signNote(otherOrigin, [log])],
    ['an extension line', signNote(`${text}more\n`, [log])],
    ['a leading zero', signNote(text.replace('\n42\n', '\n042\n'), [log])],
    ['a size of 2^53', signNote(text.replace('\n42\n', '\n9007199254740992\n'), [log])],
    [
      'a root of 31 bytes',
      signNote(text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(42)}==\n`), [log]),
    ],
    ['no checkpoint', signNote('hello\n', [log])],
    ['no signature', `${text}\n`],
    ['no blank line', good.replace('\n\n', '\n')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['no newline at the end', good.slice(0, -1)],
    ['a hyphen for the em dash', good.replaceAll('\u2014', '-')],
    ['base64 without padding', good.replace(/=+\n$/, '\n')],
    [
      '101 signatures',
      `${text}\n${good.split('\n\n')[1]?.split('\n')[0]}\n`.replace(/\u2014.*\n/, (line) => line.repeat(101)),
    ],
  ];
}

function badVkeys(): string[] {
  const [name = '', id = ''] = log.vkey.split('+');
  const key = log.vkey.slice(name.length + id.length + 2);
  return [
    '',
    `${name}+${id}`,
    `${name}+00000000+${key}`,
    `other+${id}+${key}`,
    `${name}+${id}+Ag==`,
    ` ${log.vkey}`,
  ];
}

function codeOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof NoteError) {
      return error.code;
    }
    throw error;
  }
  throw new Error('accepted what has to be refused');
}
