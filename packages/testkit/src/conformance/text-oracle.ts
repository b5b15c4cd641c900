import { DatabaseSync } from 'node:sqlite';
import type { EventQuery, TextMatch } from '@attestry/ledger';
import type { SeededRandom } from './seeded-random.ts';

const PIECES = [
  'alpha',
  'Alpha',
  'ÁLPHA',
  'al',
  'alp',
  'beta',
  'be-ta',
  'doc-1',
  'doc-2',
  'doc',
  'a.b',
  'ß',
  'ﬁx',
] as const;
const MORE_PIECES = [
  'e\u0301a',
  'ea',
  '\u0301',
  '監査',
  '監',
  '１２',
  '½',
  'ΑΘΉΝΑ',
  'x_y',
  '12',
  '1',
  '2',
  '\u1E9B',
] as const;
const ALL_PIECES = [...PIECES, ...MORE_PIECES];

/** Words that come again and again, so that questions meet them in every combination. */
export function randomText(random: SeededRandom, most: number): string {
  const length = 1 + random.below(most);
  return Array.from({ length }, () => random.pick(ALL_PIECES)).join(random.pick([' ', ', ', '-']));
}

/** Words, phrases, prefixes and exclusions; at least one word has to be found. */
export function randomQuestion(random: SeededRandom): string {
  const asked = ALL_PIECES.filter((piece) => /[\p{L}\p{N}]/u.test(piece));
  const term = (): string => {
    const words = Array.from({ length: 1 + random.below(3) }, () => random.pick(asked));
    const isPhrase = words.length > 1;
    const text = isPhrase ? `"${words.join(' ')}"` : (words[0] as string);
    return random.below(3) === 0 ? `${text}*` : text;
  };
  const terms = Array.from({ length: 1 + random.below(2) }, term);
  if (random.below(3) === 0) terms.push(`-${term()}`);
  return terms.join(' ');
}

/** Texts in FTS5 itself, by which every engine is measured. */
export class TextOracle {
  readonly #db = new DatabaseSync(':memory:');

  constructor() {
    this.#db.exec(
      `CREATE VIRTUAL TABLE documents USING fts5 (text, sealed, tokenize = 'unicode61 remove_diacritics 2')`,
    );
  }

  add(seq: number, open: string, sealed: string): void {
    this.#db.prepare('INSERT INTO documents (rowid, text, sealed) VALUES (?, ?, ?)').run(seq, open, sealed);
  }

  /** Sequence numbers that the text condition of a query finds. */
  find({ conditions }: EventQuery, personal: boolean): number[] {
    const [text] = conditions;
    if (text?.kind !== 'text') throw new Error('the oracle knows text conditions only');
    const rows = this.#db
      .prepare('SELECT rowid AS seq FROM documents WHERE documents MATCH ? ORDER BY rowid')
      .all(expression(text.match, personal)) as { readonly seq: number }[];
    return rows.map(({ seq }) => seq);
  }

  close(): void {
    this.#db.close();
  }
}

function expression({ all, none }: TextMatch, personal: boolean): string {
  const phrase = ({ words, prefix }: TextMatch['all'][number]): string =>
    `"${words.join(' ')}"${prefix ? ' *' : ''}`;
  const wanted = all.map(phrase).join(' AND ');
  const found = none.reduce((before, term) => `(${before}) NOT ${phrase(term)}`, wanted);
  return personal ? found : `{text} : (${found})`;
}
