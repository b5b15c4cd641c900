/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** The end of a name tells what it is; longer ones are none of anybody's code. */
const NAME_END_CHARS = 100;

/**
 * How plain names of members that hold secrets end: a word for a secret, the later ones only as words of their own
 * (`card_pin`, not `spin`), and then what may stand behind it without making it something else: `password_confirmation`
 * and `secret_value` hold one, `token_type`, `secret_id` and `password_changed_at` do not, nor do counts of tokens.
 */
const SECRET_NAME =
  /(?:pass_?w(?:or)?d|pwd|pass_?(?:phrase|code)|secret|(?<!(?:prompt|completion|input|output|total|max|cached)_)token|(?:api|private|secret|access|signing|encryption|master)_?key|cred(?:ential)?|bearer|security_?answer|authorization|cookie|(?:credit|debit)_card|card_?n(?:o|um(?:ber)?)|(?:security|recovery|backup|verification|mfa|2fa)_?code|mnemonic|sess(?:ion)?_?id|(?:^|_)(?:(?:db|user)?pass|pw|pin|sig|amz_signature|cvv|cvc|ssn|t?otp|jwt|auth|[cx]srf|(?:connect_)?sid))s?\d*(?:_(?:value|text|plain|raw|hash|salt|confirm\w*|again|repeat|new|old|current|header|pem|key|codes?|string|data|base64|number|\d+))*$/;

/** A name as it is compared: `clientSecret`, `client-secret`, `client[secret]` and `Client Secret` are `client_secret`. */
export function plainName(name: string): string {
  return name
    .slice(-NAME_END_CHARS)
    .replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|%5[BD]|[^A-Za-z\d]+/g, '_')
    .replace(/^_+|_+(?=_|$)/g, '')
    .toLowerCase();
}

/** Whether a member of this name holds a secret, whatever is in it. */
export function isSecretName(name: string): boolean {
  return isSecretPlainName(plainName(name));
}

/** The same of a name that is plain already. */
export function isSecretPlainName(plain: string): boolean {
  return SECRET_NAME.test(plain);
}

/**
 * Texts that give themselves away as secrets, wherever they are. Linear in the length of the text: what begins like a JSON
 * Web Token (group 1 is its rest) is matched as far as it was looked at. Group 2: PEM, keys of ours, credentials of HTTP,
 * user and password in addresses. Group 3: digits as cards print them, not as a part of a longer id such as a UUID.
 */
const SECRET =
  /(?<![A-Za-z\d])eyJ[\w-]{5,}(\.[\w-]*\.[\w-]*(?:\.[\w-]+){0,2})?|(-----BEGIN [A-Z ]{0,30}PRIVATE KEY[\s\S]*?(?:-----END [A-Z ]{0,40}-----|$)|\batt_[a-z0-9]{1,20}_[A-Za-z0-9]{1,64}_[\w-]{4,}|\b(?:[Bb]earer|BEARER) +(?:[\w.~+/-]{16,}=*|(?=\S{0,99}\d)\S{8,})|\b(?:[Bb]asic|BASIC) +(?=\S{0,99}(?:[\d=]|[a-z][A-Z]))(?:[\w+/=-]{4}){2,}(?![\w+/=-])|:\/\/(?:[^\s/@:?#"'\\]{0,60}:(?!\d{1,5}[/?#])[^\s?#"'\\]{1,100}|[^\s/@?#"'\\]{1,100})@)|(?<![A-Za-z\d-])(\d{13,19}|\d{4}([\s._/\u2013-]| {2})\d{4}\4\d{4}\4\d{1,7}|\d{4}([\s._/\u2013-]| {2})\d{6}\5\d{4,5})(?![A-Za-z\d]|-\w)/g;

/** A name of a query string, a form, a cookie or a text of JSON, up to its value. */
const NAMED = /(?<![\w.%[\]-])([\w.%[\]-]{2,80}?)(?:=|%3[Dd]|\\{0,7}["']\s{0,9}:\s{0,9})/g;

/** A value behind such a name, quoted or not; flags are no secrets. Of a list or an object, which may hold others, all the rest of the line. */
const VALUE =
  /(\\{0,7}["'])(?:\\+[^"'\\]|[^"'\\])+|[[{][^\n]{0,4000}|(?!(?:true|false|null)\b)[^\s"'&;,<>\\{}[\]]+/y;

/** What stands between a name and its value; most texts have none of it. */
const SEPARATOR = /[=:%]/;

/** A line of a header block or of YAML: one word, or a text in quotes. More words are prose ("password: must be longer"). */
const LINE =
  /^([ \t-]{0,20}([\w.-]{2,80}):[ \t]+)(?!(?:true|false|null|\[redacted\])\b)(\S+|"[^"\n]{0,4000}"|'[^'\n]{0,4000}')[ \t]*$/gm;

/** Headers whose whole line is one. */
const HEADER =
  /^((?:proxy-)?authorization: *(?=(?:basic|bearer|digest|negotiate|token|aws4\S*) )|(?:set-)?cookie: *(?=[^\s=]{1,200}=))\S.{0,8000}$/gim;

/**
 * Numbers that the large card networks give out. Without it one in ten of all numeric ids and of all times in
 * milliseconds would have the right check digit.
 */
const CARD_NETWORK = /^(?:3(?:\d{13,14}|5\d{14})|4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|6\d{15,18})$/;

/** What was used of a model. */
const TOKEN_COUNT = /tokens: +\d+$/i;

/** A text without secrets, and without numbers of cards (of a known network, with the right check digit). */
export function withoutSecrets(text: string): string {
  const clean = SEPARATOR.test(text) ? withoutNamedSecrets(text) : text;
  // Most texts have none, and looking is cheaper than replacing nothing.
  SECRET.lastIndex = 0;
  if (!SECRET.test(clean)) return clean;
  return clean.replace(SECRET, (found, token?: string, sure?: string, card?: string) =>
    token || sure || (card && isCard(card.replace(/\D/g, ''))) ? REDACTED : found,
  );
}

function withoutNamedSecrets(text: string): string {
  let clean = '';
  let at = 0;
  for (const { 0: found, 1: name, index } of text.matchAll(NAMED)) {
    VALUE.lastIndex = index + found.length;
    if (index < at || !isSecretName(name as string)) continue;
    const value = VALUE.exec(text);
    if (value === null) continue;
    clean += text.slice(at, index) + found + (value[1] ?? '') + REDACTED;
    at = VALUE.lastIndex;
  }
  clean += text.slice(at);
  if (!clean.includes(': ')) return clean;
  return clean
    .replace(HEADER, `$1${REDACTED}`)
    .replace(LINE, (line, head: string, name: string) =>
      isSecretName(name) && !TOKEN_COUNT.test(line) ? head + REDACTED : line,
    );
}

/** @see ISO/IEC 7812-1, annex B */
function isCard(digits: string): boolean {
  let sum = 0;
  for (const [i, digit] of [...digits].reverse().entries())
    sum += i % 2 === 0 ? Number(digit) : Number('0246813579'[Number(digit)]);
  return CARD_NETWORK.test(digits) && sum % 10 === 0;
}
