/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** Member names that hold secrets, whatever is in them; compared without case, `-` and `_`. */
export const SECRET_NAMES: readonly string[] = [
  ...['password', 'passwd', 'pwd', 'passphrase', 'pin', 'secret', 'clientsecret', 'token', 'accesstoken'],
  ...[
    'refreshtoken',
    'idtoken',
    'apikey',
    'xapikey',
    'privatekey',
    'credential',
    'credentials',
    'authorization',
  ],
  ...[
    'proxyauthorization',
    'cookie',
    'setcookie',
    'sessioncookie',
    'cvv',
    'cvc',
    'cardnumber',
    'ssn',
    'otp',
    'totp',
  ],
];

/** Digits as cards print them, together or in groups; not a part of a longer id such as a UUID. */
const CARD_LIKE =
  /(?<![\w-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-])/g;

/**
 * Numbers that the large card networks give out. Without it one in ten of all numeric ids and of all times in
 * milliseconds would have the right check digit.
 */
const CARD_NETWORK =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17})$/;

/** Texts that give themselves away as secrets, wherever they are. Each is linear in the length of the text. */
export const SECRET_PATTERNS: readonly RegExp[] = [
  /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]{5,}/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /\batt_[a-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9]+/g,
  /\bBearer [\w.~+/-]{16,}=*/gi,
];

/** Card numbers (of a known network, with the right check digit) replaced. */
export function withoutCards(text: string): string {
  return text.replace(CARD_LIKE, (printed) => {
    const digits = printed.replace(/[ -]/g, '');
    return CARD_NETWORK.test(digits) && hasLuhnDigit(digits) ? REDACTED : printed;
  });
}

/** @see ISO/IEC 7812-1, annex B */
function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}
