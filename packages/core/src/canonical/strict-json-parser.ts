import { JSON_DEPTH_MAX } from '../limits.ts';
import { formatPointer } from './json-pointer.ts';
import { StrictJsonError, type StrictJsonErrorCode } from './strict-json-error.ts';
import { isUnsafeInteger } from './strict-number.ts';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const INTEGER = /^-?[0-9]+$/;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * A recursive-descent JSON parser that knows where it is: the exact path behind `parseStrict`. It runs only on texts
 * that are refused, or look as if they had to be, so it is written for exactness, not for speed.
 */
export class StrictJsonParser {
  readonly #text: string;
  readonly #tokens: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws {StrictJsonError} at the first offence in the order of the text */
  parse(): unknown {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      throw this.#error('syntax', 'expected the end of the text', this.#at);
    }
    return value;
  }

  #value(): unknown {
    this.#skipSpace();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
      case 'f':
      case 'n':
        return this.#literal();
      default:
        return this.#number();
    }
  }

  #object(): Record<string, unknown> {
    this.#enter();
    const object: Record<string, unknown> = {};
    this.#skipSpace();
    if (this.#take('}')) {
      return object;
    }
    do {
      this.#skipSpace();
      const start = this.#at;
      if (this.#text.charAt(start) !== '"') {
        throw this.#error('syntax', 'expected a member name in double quotes', start);
      }
      const key = this.#string();
      this.#tokens.push(key);
      this.#refuseKey(object, key, start);
      this.#skipSpace();
      this.#expect(':');
      const member = this.#value();
      if (
        key === 'constructor' &&
        typeof member === 'object' &&
        member &&
        Object.hasOwn(member, 'prototype')
      ) {
        throw this.#error('prototype_key', 'a constructor with a prototype', start);
      }
      object[key] = member;
      this.#tokens.pop();
      this.#skipSpace();
    } while (this.#take(','));
    this.#expect('}');
    return object;
  }

  #refuseKey(object: Readonly<Record<string, unknown>>, key: string, start: number): void {
    if (key === '__proto__') {
      throw this.#error('prototype_key', 'a member named __proto__', start);
    }
    if (Object.hasOwn(object, key)) {
      throw this.#error('duplicate_member', 'a member name that the same object already has', start);
    }
  }

  #array(): unknown[] {
    this.#enter();
    const array: unknown[] = [];
    this.#skipSpace();
    if (this.#take(']')) {
      return array;
    }
    do {
      this.#tokens.push(array.length);
      array.push(this.#value());
      this.#tokens.pop();
      this.#skipSpace();
    } while (this.#take(','));
    this.#expect(']');
    return array;
  }

  /** Steps over the opening bracket. The number of tokens is the depth: every open container but the root has one. */
  #enter(): void {
    if (this.#tokens.length >= JSON_DEPTH_MAX) {
      throw this.#error('too_deep', `more than ${JSON_DEPTH_MAX} levels of arrays and objects`, this.#at);
    }
    this.#at += 1;
  }

  #string(): string {
    const start = this.#at;
    let at = start + 1;
    for (;;) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 0x22) {
        break;
      }
      if (Number.isNaN(unit)) {
        throw this.#error('syntax', 'a string without its closing quote', start);
      }
      if (unit < 0x20) {
        throw this.#error('syntax', 'a control character that is not escaped', at);
      }
      if (unit === 0x5c) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(this.#text)) {
          throw this.#error('syntax', 'an escape that JSON does not have', at);
        }
        at = ESCAPE.lastIndex;
      } else {
        at += 1;
      }
    }
    this.#at = at + 1;
    const value: string = JSON.parse(this.#text.slice(start, this.#at));
    if (!value.isWellFormed()) {
      throw this.#error('lone_surrogate', 'a string with half of a surrogate pair', start);
    }
    return value;
  }

  #number(): number {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) {
      throw this.#error(
        'syntax',
        start < this.#text.length ? 'expected a JSON value' : 'the text ends too early',
        start,
      );
    }
    this.#at = start + literal.length;
    const value = Number(literal);
    if (!Number.isFinite(value)) {
      throw this.#error('number_out_of_range', 'a number beyond the range of a double', start);
    }
    if (isUnsafeInteger(value) || (INTEGER.test(literal) && !Number.isSafeInteger(value))) {
      throw this.#error('unsafe_integer', 'an integer outside +-(2^53-1); send it as a string', start);
    }
    return value;
  }

  #literal(): boolean | null {
    for (const [literal, value] of LITERALS) {
      if (this.#text.startsWith(literal, this.#at)) {
        this.#at += literal.length;
        return value;
      }
    }
    throw this.#error('syntax', 'expected a JSON value', this.#at);
  }

  #skipSpace(): void {
    let unit = this.#text.charCodeAt(this.#at);
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) {
      this.#at += 1;
      unit = this.#text.charCodeAt(this.#at);
    }
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) {
      throw this.#error(
        'syntax',
        `expected ${character === ':' ? 'a colon' : `a comma or ${character}`}`,
        this.#at,
      );
    }
  }

  #error(code: StrictJsonErrorCode, detail: string, offset: number): StrictJsonError {
    return new StrictJsonError(code, formatPointer(this.#tokens), detail, offset);
  }
}
