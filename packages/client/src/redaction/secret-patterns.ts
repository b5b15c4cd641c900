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
  /(?:pass_?(?:w(?:or)?d|phrase|code)|pwd|secret|(?<!(?:prompt|completion|input|output|total|max|cached)_)token|(?:api|private|secret|access|signing|encryption|master)_?key|cred(?:ential)?|bearer|security_?answer|authorization|cookie|(?:credit|debit)_card|card_?n(?:o|um(?:ber)?)|(?:security|recovery|backup|verification|mfa|2fa)_?code|mnemonic|sess(?:ion)?_?id|(?:^|_)(?:(?:db|user)?pass|pw|pin|sig|amz_signature|cvv|cvc|ssn|t?otp|jwt|auth|[cx]srf|(?:connect_)?sid))s?\d*(?:_(?:value|text|plain|raw|hash|salt|confirm\w*|again|repeat|new|old|current|header|pem|key|codes?|string|data|base64|number|\d+))*$/;

/** A name as it is compared: `clientSecret`, `client-secret`, `client[secret]` and `Client Secret` are `client_secret`. */
export function plainName(name: string): string {
  return name
    .slice(-NAME_END_CHARS)
    .replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?:%(?:25)*[\dA-Fa-f]{2}|[^A-Za-z\d])+/g, '_')
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
  /(?<![A-Za-z\d])eyJ[\w-]{5,}(\.[\w-]*\.[\w-]*(?:\.[\w-]+){0,2})?|(-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*?(?:-----END [A-Z ]*-----|$)|\batt_[a-z\d]+_[A-Za-z\d]+_[\w-]{4,}|\b(?:[Bb]earer|BEARER) +(?:[\w.~+/-]{16,}=*|(?=\S{0,99}\d)\S{8,})|\b(?:[Bb]asic|BASIC) +(?=\S{0,99}(?:[\d=]|[a-z][A-Z]))(?:[\w+/=-]{4}){2,}(?![\w+/=-])|:\/\/(?:[^\s/@:?#"'\\]{0,60}:(?!\d{1,5}[/?#])[^\s?#"'\\]{1,100}|[^\s/@?#"'\\]{1,100})@)|(?<![A-Za-z\d-])(\d{4}([\s._/\u2013-]| {2}|)(?:\d{4}\4\d{4}\4\d{1,7}|\d{6}\4\d{4,5}))(?![A-Za-z\d]|-\w)/g;

/**
 * What stands between a name (in group 1, with what is in front of it) and its value, also encoded, as in an address within
 * an address. A colon with no space behind it makes a longer name, `secret:read` or `arn:aws:…:secret:db`, unless what is in
 * front of it is in quotes, a password or a header.
 */
const NAMED =
  /(?:=|%(?:25)*3[AD]|:(?:(?![\w*/])|(?<=(?:["'`]|pass\w+|pwd|authorization|cookie|\bx-[\w-]+):)))(?<=([\w.%[\]\\"'` \t-]{1,50})[:=%][2-5AD]*)[=>]?[ \t]*/gi;

/**
 * A value: a text in quotes (group 1), in which quotes are escaped or doubled; behind an opening bracket, which is no
 * marker's, everything; behind a colon the line, or what is indented below it; behind an encoded sign all up to `%26` or `&`;
 * else up to `&`, or to the next name behind `;` or `,`.
 */
const VALUE =
  /(["'`])(?:\\[\s\S]|\1\1|(?!\1)[^\\])*\1|(?!\[redacted])[[{][\s\S]*|(?<=:[=>]?[ \t]*)(?:(?:[|>]\S*)?(?:\s*\n[ \t-].*)+|.*)|(?<=%\w+[ \t]*)(?:[^\r\n&%]|%(?!(?:25)*26))*|(?:[^\r\n&;,]|[;,](?!\s*[\w.-]+\s*[:=]))*/y;

/** What tells nothing. */
const FLAG = /^(?:true|false|null|(["'`])\1)?\s*$/;

/**
 * Numbers that the large card networks give out. Without it one in ten of all numeric ids and of all times in
 * milliseconds would have the right check digit.
 */
const CARD_NETWORK = /^(?:3(?:\d{13,14}|5\d{14})|4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|6\d{15,18})$/;

/** What each separator begins with. */
const SIGN = /[:=%]/;

/** The shortest of all patterns, `://u@`, has so many. */
const SECRET_CHARS_MIN = 5;

/** A text without secrets, and without numbers of cards (of a known network, with the right check digit). */
export function withoutSecrets(text: string): string {
  // Most texts have none, and looking is cheaper than replacing nothing.
  const clean = SIGN.test(text) ? withoutNamedSecrets(text) : text;
  SECRET.lastIndex = 0;
  if (clean.length < SECRET_CHARS_MIN || !SECRET.test(clean)) return clean;
  return clean.replace(SECRET, (found, token?: string, sure?: string, card?: string) =>
    token || sure || (card && isCard(card.replace(/\D/g, ''))) ? REDACTED : found,
  );
}

/** What stands behind the name of a secret is taken out; where its end is not sure, rather too much. */
function withoutNamedSecrets(text: string): string {
  let clean = '';
  let at = 0;
  for (const { 0: separator, 1: name = '', index } of text.matchAll(NAMED)) {
    if (index < at || !isSecretName(name)) continue;
    VALUE.lastIndex = index + separator.length;
    const [value, quote = ''] = VALUE.exec(text) ?? [''];
    if (FLAG.test(value)) continue;
    clean += text.slice(at, index) + separator + quote + REDACTED + quote;
    at = VALUE.lastIndex;
  }
  return clean + text.slice(at);
}

/** @see ISO/IEC 7812-1, annex B */
function isCard(digits: string): boolean {
  let sum = 0;
  for (const [i, digit] of [...digits].reverse().entries())
    sum += i % 2 === 0 ? Number(digit) : Number('0246813579'[Number(digit)]);
  return CARD_NETWORK.test(digits) && sum % 10 === 0;
}
