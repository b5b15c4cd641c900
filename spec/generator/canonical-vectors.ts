import {
  CanonicalError,
  canonicalize,
  isCanonical,
  parseStrict,
  StrictJsonError,
} from '../../packages/core/src/index.ts';
import { seededBytes } from './seeded.ts';

const ACCEPTED: Readonly<Record<string, string>> = {
  'members are sorted by UTF-16 code units':
    '{"\\ufb33":1,"\\ud83d\\ude02":2,"\\u20ac":3,"a":4,"A":5,"":6,"10":7,"9":8}',
  'at every level': '{"b":[{"d":1,"c":{"f":2,"e":3}}],"a":{}}',
  'white space goes': ' { "a" : [ 1 , 2 ] ,\n\t"b" : { } } ',
  'numbers print as ECMAScript does':
    '[1.0,1E3,1e21,1e-7,0.000001,-0,-0.0,5e-324,1.7976931348623157e308,100e-2,333333333.33333329]',
  'the largest safe integers': '[9007199254740991,-9007199254740991]',
  'escapes that are not needed go': '"\\u0041\\/\\u00e4\\u2028\\u007f"',
  'escapes that are needed are short or lower case':
    '"\\u0000\\u0008\\u0009\\u000A\\u000b\\u000C\\u000D\\u001F\\u0022\\u005C"',
  'no Unicode normalisation': '["\\u00e4","a\\u0308"]',
  'a surrogate pair is one character': '"\\ud83d\\ude02"',
  literals: '[null,true,false]',
  'top level values': '"text"',
  'constructor and prototype are ordinary names': '{"prototype":{"constructor":1},"constructor":"Ferrari"}',
  '64 levels': `${'[{"a":'.repeat(32)}1${'}]'.repeat(32)}`,
};

const REFUSED: Readonly<Record<string, string>> = {
  'a member twice': '{"a":1,"b":{"c":1,"c":1}}',
  'a member twice, once escaped': '{"a":1,"\\u0061":2}',
  'half a surrogate pair': '{"a":["\\ud83d"]}',
  'a pair in the wrong order': '["\\ude02\\ud83d"]',
  'half a surrogate pair in a name': '{"\\udc00":1}',
  '2^53': '{"n":9007199254740992}',
  '-2^53': '[-9007199254740992]',
  '2^53+1, which a double cannot hold': '[9007199254740993]',
  'an unsafe integer with a fraction of zero': '[9007199254740993.0]',
  'an unsafe integer in thirty digits': '[1000000000000000000000000000000]',
  'beyond a double': '[1e400]',
  'a member named __proto__': '{"a":{"__proto__":{"b":1}}}',
  'constructor with a prototype': '{"constructor":{"prototype":{"x":1}}}',
  '65 levels': `${'['.repeat(65)}${']'.repeat(65)}`,
  'a comma too many': '[1,]',
  'a name without quotes': '{a:1}',
  'a leading zero': '[01]',
  NaN: '[NaN]',
  'a control character': '"a\u0001b"',
  'an unknown escape': '"\\x41"',
  'a byte order mark': '\ufeff{}',
  'something behind the value': '{}{}',
  nothing: '',
};

const NOT_CANONICAL: readonly string[] = [
  '{"b":1,"a":2}',
  '{"9":1,"10":2}',
  '{"a":1,"a":1}',
  '{"a": 1}',
  '[1.0]',
  '[1e2]',
  '[-0]',
  '[1E+21]',
  '["\\u0041"]',
  '["\\/"]',
  '["\\u000A"]',
  '[9007199254740993]',
  '{"__proto__":1}',
  '["\\ud800"]',
  '[]\n',
];

/** Canonical JSON: texts and their canonical form, texts that are refused and where, numbers by their bits. */
export function canonicalVectors(): unknown {
  return {
    accepted: Object.entries(ACCEPTED).map(([name, input]) => ({
      name,
      input,
      canonical: canonicalize(parseStrict(input)),
    })),
    refused: Object.entries(REFUSED).map(([name, input]) => ({ name, input, ...refusalOf(input) })),
    notCanonical: NOT_CANONICAL.filter((text) => !isCanonical(text)),
    numbers: [...edgeDoubles(), ...seededDoubles(200)].map((value) => ({
      ieee754: bitsOf(value),
      canonical: canonicalNumber(value),
    })),
  };
}

function refusalOf(input: string): { code: string; path: string; offset: number } {
  try {
    parseStrict(input);
  } catch (error) {
    if (error instanceof StrictJsonError) {
      return { code: error.code, path: error.path, offset: error.offset };
    }
    throw error;
  }
  throw new Error(`accepted: ${input}`);
}

/** The printed number; `null` where the format refuses it. */
function canonicalNumber(value: number): string | null {
  try {
    return canonicalize(value);
  } catch (error) {
    if (error instanceof CanonicalError) {
      return null;
    }
    throw error;
  }
}

function edgeDoubles(): number[] {
  const edges = [
    0,
    -0,
    1,
    -1,
    0.1,
    5e-324,
    Number.MAX_VALUE,
    Number.EPSILON,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  for (let exponent = -10; exponent <= 24; exponent += 1) {
    edges.push(10 ** exponent, 1.5 * 10 ** exponent);
  }
  for (const power of [31, 32, 52, 53, 54, 63, 64]) {
    edges.push(2 ** power - 1, 2 ** power, -(2 ** power));
  }
  return edges;
}

function seededDoubles(count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    new DataView(seededBytes(`double ${index}`, 8).buffer).getFloat64(0),
  );
}

function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}
