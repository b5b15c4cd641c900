import type { JsonObject } from '../canonical/json-value.ts';
import { cut } from './actor.ts';
import { textAt } from './json-path.ts';

export interface Outcome {
  /** Absent when the record does not say: Insights events report a pattern, not a call. */
  readonly status?: 'success' | 'failure' | 'denied';
  readonly error?: string;
}

const ERROR_CHARS_MAX = 4000;

/** Error codes of refused access, after a prefix like `Client.` is gone. */
const DENIED =
  /^(AccessDenied\w*|\w*UnauthorizedOperation|Unauthorized\w*|\w*NotAuthorized\w*|AuthorizationError\w*|\w*AuthFailure|Forbidden\w*|UnauthorizedAccess\w*|ExplicitDeny\w*)$/;

/**
 * What came of the call: `denied` when access was refused, `failure` for every other error, `success` when there is
 * none. Sign-in events say it in `responseElements` and name no error code.
 */
export function outcomeOf(record: JsonObject): Outcome {
  const code = textAt(record, 'errorCode');
  const message = textAt(record, 'errorMessage');
  const eventName = textAt(record, 'eventName') ?? '';
  const signIn = textAt(record, 'responseElements', eventName);
  if (code !== undefined) {
    const denied = DENIED.test(code.replace(/^(Client|Server)\./, ''));
    return { status: denied ? 'denied' : 'failure', error: errorText(code, message) };
  }
  if (message !== undefined) return { status: 'failure', error: errorText(undefined, message) };
  if (signIn === 'Failure') return { status: 'failure' };
  if (textAt(record, 'eventCategory') === 'Insight' || textAt(record, 'eventType') === 'AwsCloudTrailInsight')
    return {};
  return { status: 'success' };
}

function errorText(code: string | undefined, message: string | undefined): string {
  return cut([code, message].filter((part) => part !== undefined).join(': '), ERROR_CHARS_MAX);
}
