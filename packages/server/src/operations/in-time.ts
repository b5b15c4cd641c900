import { ApiError } from '../errors/api-error.ts';
import { COMMIT_ANSWER_MS_MAX } from '../limits.ts';

/**
 * What was asked of the store, or the answer that it does not say a word: a database that hangs would otherwise keep
 * senders waiting for minutes. The work itself goes on, and holds its place in the queue until it ends.
 *
 * @throws {ApiError} `unavailable`, when it takes longer than COMMIT_ANSWER_MS_MAX
 */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const seconds = COMMIT_ANSWER_MS_MAX / 1_000;
    const detail = `The store has not answered for ${seconds} seconds, so it is not known whether these events were kept. Send them again with the same ids.`;
    late.reject(new ApiError('unavailable', detail, { retryAfterS: 5 }));
  }, COMMIT_ANSWER_MS_MAX);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
