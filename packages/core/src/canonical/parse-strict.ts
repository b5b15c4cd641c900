import { countMembers } from './member-count.ts';
import { countMemberNames } from './name-scan.ts';
import { StrictJsonParser } from './strict-json-parser.ts';

/**
 * Parses a JSON text (RFC 8259) and refuses what two parsers could read differently: duplicate members, lone
 * surrogates, integers outside +-(2^53-1), numbers beyond the range of a double, more than 64 levels, and members
 * that reach a prototype (`__proto__`, or `constructor` with a `prototype`).
 *
 * Fast path: the engine's own parser, one walk over the result, and a count of member names in the text, which is
 * larger than the number of members found exactly when a name came twice. At the first doubt the exact parser
 * decides, and says where.
 *
 * @throws {StrictJsonError} with code, JSON pointer and offset
 */
export function parseStrict(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
    return new StrictJsonParser(text).parse();
  }
  return countMembers(value, 0, 'any') === countMemberNames(text)
    ? value
    : new StrictJsonParser(text).parse();
}
