import type { SettingsChanges } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import { SETTINGS_STALE_MS_MAX } from '../limits.ts';

/**
 * Nobody is let in by keys that may have been revoked on another node for longer than the bound: while the database does
 * not tell, the answer is that it is away.
 *
 * @throws {ApiError} `unavailable`
 */
export async function assertFresh(settings: SettingsChanges): Promise<void> {
  try {
    await settings.fresh(SETTINGS_STALE_MS_MAX);
  } catch {
    // What is wrong with the database is in the log and in /ready.
    const detail = 'The database is away, so it is not known which keys are valid.';
    throw new ApiError('unavailable', detail, { retryAfterS: 5 });
  }
}

/**
 * Asks memory first and, where the answer is no, once more after a look at what other nodes have changed: what was made
 * on another node a moment ago is there, and the usual answer costs no look.
 */
export async function askTwice<Answer>(
  settings: SettingsChanges,
  ask: () => Answer,
  isNo: (answer: Answer) => boolean,
): Promise<Answer> {
  const answer = ask();
  if (!isNo(answer)) return answer;
  await settings.refresh();
  return ask();
}
