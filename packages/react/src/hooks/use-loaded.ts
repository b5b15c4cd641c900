import { useCallback, useEffect, useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { useAttestry, useLatest } from '../components/context.tsx';

/** Something that is read from the server. */
export interface Loaded<T> {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly data: T | undefined;
  readonly error: ApiProblem | undefined;
  /** Reads it again. */
  readonly retry: () => void;
}

interface Answer<T> {
  readonly key: string;
  readonly data: T | undefined;
  readonly error: ApiProblem | undefined;
}

interface LoadedOptions<T> {
  /** What is at hand for the first key. */
  readonly initial?: T | undefined;
  /** Shows the old data until the new are there, so that nothing jumps. */
  readonly keepsOld?: boolean;
}

/**
 * Reads something whenever its key changes, and forgets what is on its way for another one.
 *
 * @param key says what is read; `undefined` for nothing
 */
export function useLoaded<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  { initial, keepsOld = false }: LoadedOptions<T> = {},
): Loaded<T> {
  const { onError } = useAttestry();
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<Answer<T> | undefined>(
    key === undefined || initial === undefined ? undefined : { key, data: initial, error: undefined },
  );
  const latest = useLatest({ load, onError, answer });
  useEffect(() => {
    const known = latest.current.answer;
    if (key === undefined || (known?.key === key && known.data !== undefined && attempt === 0)) return;
    const gone = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const data = await latest.current.load(gone.signal);
        if (!gone.signal.aborted) setAnswer({ key, data, error: undefined });
      } catch (error) {
        if (gone.signal.aborted) return;
        const problem = ApiProblem.of(error);
        setAnswer((old) => ({ key, data: old?.key === key ? old.data : undefined, error: problem }));
        latest.current.onError?.(problem);
      }
    };
    void read();
    return () => gone.abort();
  }, [key, attempt, latest]);
  const retry = useCallback(() => {
    setAnswer((old) => (old?.error === undefined ? old : { ...old, error: undefined }));
    setAttempt((count) => count + 1);
  }, []);
  const isCurrent = answer !== undefined && answer.key === key;
  const error = isCurrent ? answer.error : undefined;
  const data = isCurrent || keepsOld ? answer?.data : undefined;
  const status = error !== undefined ? 'failed' : isCurrent && data !== undefined ? 'ready' : 'loading';
  return { status, data, error, retry };
}
