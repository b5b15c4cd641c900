/** Whether something has to be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Longest time that a function of the app may take to look something up before the event goes without it. */
const LOOK_UP_MS_MAX = 5_000;

/**
 * What is waited for, but not for ever; without a limit, what a function of the app looks up.
 *
 * @throws what it rejects with, or that it took too long
 */
export async function inTime<Answer>(answer: PromiseLike<Answer>, msMax = LOOK_UP_MS_MAX): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${msMax} ms`)), msMax);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
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
