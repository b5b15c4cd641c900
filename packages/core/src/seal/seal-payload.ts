import { canonicalize } from '../canonical/canonicalize.ts';
import { isCanonicalTextOf } from '../canonical/is-canonical.ts';
import { pointerTokens } from '../canonical/json-pointer.ts';
import { isJsonObject, type JsonValue } from '../canonical/json-value.ts';

/** The members of an event that belong to one data subject: JSON pointer into the event -> value. */
export type SealedMembers = Readonly<Record<string, JsonValue>>;

/**
 * The text that is sealed for one data subject: the canonical JSON of its members (P in record format 7).
 *
 * @throws {RangeError} when there is no member, or a name is not a JSON pointer below the top level
 * @throws {CanonicalError} when a value has no canonical form
 */
export function sealPayload(members: SealedMembers): string {
  const wrong = pointersDefect(Object.keys(members));
  if (wrong !== undefined) {
    throw new RangeError(wrong);
  }
  return canonicalize(members);
}

/** The members that a payload holds, or `undefined` when it is not a text that `sealPayload` makes. */
export function parseSealPayload(payload: string): SealedMembers | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
  if (!isJsonObject(value) || pointersDefect(Object.keys(value)) || !isCanonicalTextOf(payload, value)) {
    return undefined;
  }
  return value;
}

function pointersDefect(pointers: readonly string[]): string | undefined {
  if (pointers.length === 0) {
    return 'a seal needs at least one member';
  }
  const wrong = pointers.find((pointer) => pointer === '' || pointerTokens(pointer) === undefined);
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not a JSON pointer to a member`;
}
