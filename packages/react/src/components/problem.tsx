import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/problem.ts';
import type { Words } from '../words/words.ts';
import { useAttestry } from './context.tsx';

/** What a reader should know of a problem, and what to do. */
export function problemText(words: Words, { status, code, message }: ApiProblem): string {
  const { problems } = words;
  if (code === 'no_token' || status === 401) return problems.expired;
  if (code === 'unreachable') return problems.unreachable;
  switch (status) {
    case 400:
      return message;
    case 403:
      return problems.noRight;
    case 404:
      return problems.notFound;
    case 429:
      return problems.tooMany;
    default:
      return problems.unexpected;
  }
}

interface ProblemNoteProps {
  readonly problem: ApiProblem;
  readonly title: string;
  readonly retry?: (() => void) | undefined;
}

/** Says what failed, what to do, and under which number the server's operator finds it. */
export function ProblemNote({ problem, title, retry }: ProblemNoteProps): ReactNode {
  const { words } = useAttestry();
  const { requestId } = problem;
  return (
    <div className="at-note" role="alert">
      <p className="at-strong">{title}</p>
      <p className="at-muted">{problemText(words, problem)}</p>
      {requestId === undefined ? null : (
        <p className="at-faint">
          {words.problems.request} <code className="at-mono">{requestId}</code>
        </p>
      )}
      {retry === undefined ? null : (
        <button type="button" className="at-button" onClick={retry}>
          {words.problems.retry}
        </button>
      )}
    </div>
  );
}
