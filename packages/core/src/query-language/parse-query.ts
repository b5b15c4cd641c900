import { judgeValue } from './judge-value.ts';
import {
  nearestField,
  type QueryField,
  type QueryFieldName,
  type QueryOperator,
  queryField,
} from './query-fields.ts';

/** A part of a query: words to be found, or a field and its value. Positions count UTF-16 units, the end excluded. */
export type QueryTerm = QueryText | QueryCondition;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** `contract`, `"annual report"`, `contr*`. */
export interface QueryText extends Span {
  readonly kind: 'text';
  /** As the full-text search takes it, with its quotes and star. */
  readonly text: string;
  /** Must not be found: `-draft`. */
  readonly negated: boolean;
}

/** `actor:alice`, `severity>=high`, `-type:api.request`, `metadata.order.id=42`. */
export interface QueryCondition extends Span {
  readonly kind: 'field';
  readonly field: QueryFieldName;
  /** Of `metadata`: member names from the top downwards. */
  readonly path?: readonly string[];
  readonly operator: QueryOperator;
  /** Without quotes; words in lower case. */
  readonly value: string;
  readonly negated: boolean;
  /** Where the value stands, its quotes included. */
  readonly valueFrom: number;
}

/** Why a part of a query cannot be used. */
export type QueryProblemCode =
  | 'unknown_field'
  | 'missing_value'
  | 'bad_value'
  | 'bad_operator'
  | 'not_negatable'
  | 'open_quote'
  | 'no_word'
  | 'too_long'
  | 'too_many';

/** A part of a query that cannot be used, and what to write instead. */
export interface QueryProblem extends Span {
  readonly code: QueryProblemCode;
  /** A sentence. */
  readonly message: string;
}

/** A query taken apart. It can be used when there are no problems. */
export interface ParsedQuery {
  readonly terms: readonly QueryTerm[];
  readonly problems: readonly QueryProblem[];
}

/** What the search takes at most. */
export const QUERY_CHARS_MAX = 1_000;
const QUERY_TERMS_MAX = 64;
const QUERY_WORDS_MAX = 32;
const METADATA_DEPTH_MAX = 32;

const NAME = /[A-Za-z][\w]*(?:\.[^\s:=<>".]+)*/y;
/** A name in which a part is missing: `metadata.=`, `actor..id:`. */
const BROKEN_NAME = /[A-Za-z]\w*(?:\.[^\s:=<>".]*)+(?=[:=<>"])/y;
const OPERATOR = /:?(?:>=|<=|[=<>])|:/y;
const SPACE = /\s/;
/** Runs of letters, digits, marks and private-use characters: what the full-text index takes for a word. */
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
/** Words of other query languages, and what to write here instead. */
const CONNECTIVES: Readonly<Record<string, string>> = {
  or: 'There is no OR: write the field twice for either of its values: actor:alice actor:bob.',
  and: 'Leave AND out: conditions of different fields must all be met.',
  not: 'Write a minus before what must not be: -status:failure.',
};

/** Members of an event, below which an unknown name is a mistake and not a text. */
const MEMBERS = /^(?:actor|action|target|context|http|ai|compliance)\./i;

/**
 * Takes a query of people apart. Plain words and phrases are what they are in a full-text search, fields are compared,
 * and every mistake is named with its place. Never throws.
 *
 * ```
 * actor:alice type:document.* severity>=high -type:api.request after:2026-01-01 "annual report" metadata.order.id=42
 * ```
 */
export function parseQuery(text: string): ParsedQuery {
  const reader = new QueryReader(text);
  reader.readAll();
  return { terms: reader.terms, problems: reader.problems };
}

class QueryReader {
  readonly terms: QueryTerm[] = [];
  readonly problems: QueryProblem[] = [];
  readonly #text: string;
  #at = 0;
  #words = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): void {
    const text = this.#text;
    if (text.length > QUERY_CHARS_MAX)
      this.#problem(
        'too_long',
        `A query has at most ${QUERY_CHARS_MAX} characters.`,
        QUERY_CHARS_MAX,
        text.length,
      );
    const broken = text.search(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
    if (broken >= 0)
      this.#problem('bad_value', 'Here stands U+0000 or half of a surrogate pair.', broken, broken + 1);
    while (this.#at < text.length) {
      if (SPACE.test(text.charAt(this.#at))) this.#at += 1;
      else this.#readTerm();
    }
    this.#refuseConnectives();
    const beyond = this.terms[QUERY_TERMS_MAX];
    if (beyond !== undefined)
      this.#problem('too_many', `A query has at most ${QUERY_TERMS_MAX} parts.`, beyond.from, text.length);
    if (this.#words > QUERY_WORDS_MAX)
      this.#problem('too_many', `A query has at most ${QUERY_WORDS_MAX} words to be found.`, 0, text.length);
  }

  /** Taken as words to be found, they would find nothing, where between conditions they are meant otherwise. */
  #refuseConnectives(): void {
    for (const [index, term] of this.terms.entries()) {
      if (term.kind !== 'text' || term.negated) continue;
      const word = term.text.toLowerCase();
      const advice = Object.hasOwn(CONNECTIVES, word) ? CONNECTIVES[word] : undefined;
      if (advice === undefined) continue;
      const [before, after] = [index - 1, index + 1].map((at) => this.terms[at]?.kind === 'field');
      const isMeant =
        term.text === word.toUpperCase() ? before || after : after && (before || word === 'not');
      if (isMeant)
        this.#problem(
          'bad_operator',
          `${advice} To find it as a word, put it in quotes.`,
          term.from,
          term.to,
        );
    }
  }

  #readTerm(): void {
    const from = this.#at;
    const next = this.#text.charAt(from + 1);
    const negated = this.#text.charAt(from) === '-' && next !== '' && !SPACE.test(next);
    if (negated) this.#at += 1;
    if (this.#text.charAt(this.#at) === '"') this.#readPhrase(from, negated);
    else if (!this.#readCondition(from, negated)) this.#readWord(from, negated);
  }

  #readPhrase(from: number, negated: boolean): void {
    const quote = this.#text.indexOf('"', this.#at + 1);
    if (quote < 0) {
      this.#problem('open_quote', 'This quote is not closed.', from, this.#text.length);
      this.#at = this.#text.length;
      return;
    }
    const to = this.#text.charAt(quote + 1) === '*' ? quote + 2 : quote + 1;
    this.#takeText(from, this.#text.slice(this.#at, to), negated, to);
  }

  #readWord(from: number, negated: boolean): void {
    const length = this.#text.slice(this.#at).search(/[\s"]/);
    const to = length < 0 ? this.#text.length : this.#at + length;
    this.#takeText(from, this.#text.slice(this.#at, to), negated, to);
  }

  #takeText(from: number, text: string, negated: boolean, to: number): void {
    this.#at = to;
    const body = text.endsWith('*') ? text.slice(0, -1) : text;
    const words = body.match(WORD)?.length ?? 0;
    this.#words += words;
    if (body.includes('*'))
      this.#problem('bad_value', 'A * can stand at the end of a word or phrase only.', from, to);
    else if (words === 0) this.#problem('no_word', 'Here is no letter or digit to look for.', from, to);
    else this.terms.push({ kind: 'text', text, negated, from, to });
  }

  /** @returns false when there is no field here, so that it is a text */
  #readCondition(from: number, negated: boolean): boolean {
    const start = this.#at;
    const name = match(NAME, this.#text, start);
    const sign = name === undefined ? undefined : match(OPERATOR, this.#text, start + name.length);
    if (name === undefined) return false;
    if (sign === undefined) return this.#refuseBroken(from);
    const operatorAt = start + name.length;
    const valueFrom = operatorAt + sign.length;
    const operator = (sign === ':' ? '=' : sign.replace(':', '')) as QueryOperator;
    const [head = '', ...rest] = name.split('.');
    const isMetadata = head.toLowerCase() === 'metadata' && rest.length > 0;
    const field = isMetadata ? queryField('metadata') : queryField(name);
    if (field === undefined) return this.#refuseUnknown(from, name, sign, valueFrom);
    const value = this.#readValue(from, valueFrom);
    if (value === undefined) return true;
    this.#takeCondition(
      { field, path: rest, operator, value, negated },
      { from, nameTo: operatorAt, valueFrom, to: this.#at },
    );
    return true;
  }

  /** A field or member of the event whose name is not whole: else it would be a word that nothing holds. */
  #refuseBroken(from: number): boolean {
    const name = match(BROKEN_NAME, this.#text, this.#at);
    if (name === undefined || !(name.includes('..') || name.endsWith('.'))) return false;
    const head = name.slice(0, name.indexOf('.'));
    if (queryField(head) === undefined && !MEMBERS.test(name)) return false;
    const to = this.#at + name.length;
    const isMetadata = head.toLowerCase() === 'metadata';
    if (isMetadata) this.#problem('bad_value', 'Name a member: metadata.order.id=42.', from, to);
    else this.#problem('unknown_field', `Beside a point of ${head} a name is missing.`, from, to);
    const valueFrom = to + (match(OPERATOR, this.#text, to)?.length ?? 0);
    this.#at = valueFrom;
    if (valueFrom > to && this.#readValue(from, valueFrom) === undefined)
      this.#at = Math.max(this.#at, valueFrom);
    return true;
  }

  /** The name of no field: a mistake where it looks like a field, a text where it looks like an address or a name. */
  #refuseUnknown(from: number, name: string, sign: string, valueFrom: number): boolean {
    const length = this.#text.slice(valueFrom).search(/[\s"]/);
    const value = length < 0 ? this.#text.slice(valueFrom) : this.#text.slice(valueFrom, valueFrom + length);
    const quoted = this.#text.charAt(valueFrom) === '"';
    const near = nearestField(name);
    const looksLikeField =
      (sign.startsWith(':') && /^[a-z][a-z_]*$/.test(name)) || MEMBERS.test(name) || near !== undefined;
    const looksLikeText = (value === '' && !quoted) || value.startsWith('/') || value.includes(':');
    if (!looksLikeField || looksLikeText) return false;
    const advice = near === undefined ? '' : ` Did you mean ${near}?`;
    this.#problem(
      'unknown_field',
      `There is no field ${name}.${advice} To find it as a text, put it in quotes.`,
      from,
      valueFrom,
    );
    this.#at = valueFrom;
    if (this.#readValue(from, valueFrom) === undefined) this.#at = Math.max(this.#at, valueFrom);
    return true;
  }

  /** @returns the value without its quotes; `undefined` when a problem was named instead */
  #readValue(from: number, valueFrom: number): string | undefined {
    if (this.#text.charAt(valueFrom) !== '"') {
      const length = this.#text.slice(valueFrom).search(SPACE);
      this.#at = length < 0 ? this.#text.length : valueFrom + length;
      const value = this.#text.slice(valueFrom, this.#at);
      if (value === '') this.#problem('missing_value', 'A value is missing here.', from, valueFrom);
      return value === '' ? undefined : value;
    }
    let value = '';
    for (let at = valueFrom + 1; at < this.#text.length; at += 1) {
      const char = this.#text.charAt(at);
      if (char === '"') {
        this.#at = at + 1;
        return value;
      }
      const next = this.#text.charAt(at + 1);
      if (char === '\\' && (next === '"' || next === '\\')) at += 1;
      value += this.#text.charAt(at);
    }
    this.#problem('open_quote', 'This quote is not closed.', valueFrom, this.#text.length);
    this.#at = this.#text.length;
    return undefined;
  }

  #takeCondition(
    given: {
      readonly field: QueryField & { readonly name: QueryFieldName };
      readonly path: readonly string[];
      readonly operator: QueryOperator;
      readonly value: string;
      readonly negated: boolean;
    },
    place: Span & { readonly nameTo: number; readonly valueFrom: number },
  ): void {
    const { field, path, operator, value, negated } = given;
    const { from, nameTo, valueFrom, to } = place;
    const isOrdered = field.kind === 'ordered' || field.kind === 'http_status';
    if (operator !== '=' && !isOrdered) {
      this.#problem('bad_operator', `The field ${field.name} is compared by : only.`, nameTo, valueFrom);
      return;
    }
    if (negated && field.kind === 'time') {
      this.#problem(
        'not_negatable',
        `Write ${field.name === 'after' ? 'before' : 'after'}: instead.`,
        from,
        nameTo,
      );
      return;
    }
    if (field.kind === 'metadata' && (path.length === 0 || path.length > METADATA_DEPTH_MAX)) {
      this.#problem('bad_value', 'Name a member: metadata.order.id=42.', from, nameTo);
      return;
    }
    const judged = judgeValue(field, operator, value);
    if ('problem' in judged) {
      this.#problem('bad_value', judged.problem, valueFrom, to);
      return;
    }
    this.terms.push({
      kind: 'field',
      field: field.name,
      ...(field.kind === 'metadata' ? { path } : {}),
      operator,
      value: judged.value,
      negated,
      from,
      to,
      valueFrom,
    });
  }

  #problem(code: QueryProblemCode, message: string, from: number, to: number): void {
    this.problems.push({ code, message, from, to });
  }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
