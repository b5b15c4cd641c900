/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/**
 * How plain names of members that hold secrets end: `smtp_password` and `X-Auth-Token` as well as `password`. Only the end
 * counts: `token_type` and `password_changed_at` hold none. The last ones are words of their own: `card_pin`, but not `spin`.
 */
const SECRET_NAME =
  /(?:passw(?:or)?d(?:_?hash)?|pass_?phrase|secrets?|token|(?:api|private|secret|access|signing|encryption)_?key|credentials?|authorization|cookies?|card_?number|(?:^|_)(?:pass|pin|pwd|cvv|cvc|ssn|t?otp|jwt))$/;

/** A name as it is compared: `clientSecret`, `client-secret` and `Client Secret` are `client_secret`. */
export function plainName(name: string): string {
  return name.replace(/[- ]|(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}

/** Whether a member of this name holds a secret, whatever is in it. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(plainName(name));
}

/**
 * Texts that give themselves away as secrets, wherever they are. Linear in the length of the text: what begins like a JSON
 * Web Token (group 1 is its rest) is matched as far as it was looked at. Group 2: PEM, keys of ours, bearer tokens,
 * passwords in addresses. Group 3: digits as cards print them, not as a part of a longer id such as a UUID.
 */
const SECRET =
  /\beyJ[\w-]{5,}(\.[\w-]{5,}\.[\w-]{5,})?|(-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?:[\s\S]{0,20000}?-----END [A-Z ]{0,40}-----|[\s\S]{0,20000})|\batt_[a-z0-9]{1,20}_[A-Za-z0-9]{1,64}_[\w-]{4,}|\b[Bb]earer [\w.~+/-]{16,}=*|:\/\/[^\s:/@]{0,100}:[^\s/@]{1,100}@)|(?<![\w-])(\d{13,19}|\d{4}([ -])\d{4}\4\d{4}\4\d{1,7}|\d{4}([ -])\d{6}\5\d{4,5})(?![\w-])/g;

/**
 * Numbers that the large card networks give out. Without it one in ten of all numeric ids and of all times in
 * milliseconds would have the right check digit.
 */
const CARD_NETWORK = /^(?:3\d{13,14}|4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|6\d{15,18})$/;

/** A text without secrets, and without numbers of cards (of a known network, with the right check digit). */
export function withoutSecrets(text: string): string {
  // Most texts have none, and looking is cheaper than replacing nothing.
  SECRET.lastIndex = 0;
  if (!SECRET.test(text)) return text;
  return text.replace(SECRET, (found, token?: string, sure?: string, card?: string) =>
    token || sure || (card && isCard(card.replace(/\D/g, ''))) ? REDACTED : found,
  );
}

/** @see ISO/IEC 7812-1, annex B */
function isCard(digits: string): boolean {
  let sum = 0;
  for (const [i, digit] of [...digits].reverse().entries())
    sum += i % 2 === 0 ? Number(digit) : Number('0246813579'[Number(digit)]);
  return CARD_NETWORK.test(digits) && sum % 10 === 0;
}
