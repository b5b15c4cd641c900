/** Whether something has to be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/**
 * What a function of the app answered that is not waited for.
 *
 * @throws {TypeError} for a promise, which would be taken for a yes; its own failure is then nobody's
 */
export function atOnce<Answer>(answer: Answer): Answer {
  if (!isPromise(answer)) return answer;
  Promise.resolve(answer).catch(() => undefined);
  throw new TypeError('gave a promise, and is not waited for');
}
