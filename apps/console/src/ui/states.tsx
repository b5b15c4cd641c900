import { ApiProblem } from '@attestry/react';
import type { ReactNode } from 'react';
import { t } from '../words/english.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon, type IconName } from './icon.tsx';

interface StateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly tone?: 'plain' | 'red';
}

/** What stands where content would: one shape for every state. */
export function State({ icon, title, children, tone = 'plain' }: StateProps): ReactNode {
  return (
    <div className="mx-auto flex max-w-[460px] flex-col items-center gap-2 px-6 py-16 text-center">
      <span
        className={`mb-2 grid size-10 place-items-center rounded-full border ${
          tone === 'red' ? 'border-red-line bg-red-soft text-red' : 'border-line bg-panel text-muted'
        }`}
      >
        <Icon name={icon} size={18} />
      </span>
      <h2 className="text-[15px] font-semibold">{title}</h2>
      <div className="flex flex-col items-center gap-3 text-muted">{children}</div>
    </div>
  );
}

/** Something that one's role does not include. */
export function NoRight(): ReactNode {
  return (
    <State icon="key" title={t.states.noRight}>
      <p>{t.states.noRightDetail}</p>
    </State>
  );
}

/** A command that can be copied. */
export function Command({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="flex max-w-full items-center gap-2 rounded-control border border-line bg-sunk py-1 pr-1 pl-3 text-left">
      <code className="min-w-0 font-mono text-[12px] break-words text-text">{text}</code>
      <CopyButton text={text} />
    </div>
  );
}

/** Why something could not be shown, and what to do. */
export function ProblemState({
  error,
  retry,
}: {
  readonly error: Error;
  readonly retry?: () => void;
}): ReactNode {
  const problem = error instanceof ApiProblem ? error : undefined;
  if (problem?.status === 403) return <NoRight />;
  return (
    <div role="alert">
      <State icon="alert" title={problem?.status === 404 ? t.states.notFound : t.states.failed} tone="red">
        <p className="break-words">{error.message}</p>
        {problem?.requestId === undefined ? null : (
          <p className="text-[12px] text-faint">
            {t.states.requestId} <code className="font-mono">{problem.requestId}</code>
          </p>
        )}
        {retry === undefined ? null : (
          <button type="button" className="button" onClick={retry}>
            {t.states.retry}
          </button>
        )}
      </State>
    </div>
  );
}

interface SkeletonRowsProps {
  readonly rows: number;
  readonly rowHeight: number;
  /** Height of what stands above the first row. */
  readonly headingHeight: number;
}

/** Rows of the size of what comes. */
export function SkeletonRows({ rows, rowHeight, headingHeight }: SkeletonRowsProps): ReactNode {
  return (
    <div role="status" aria-label={t.states.loading}>
      <div className="border-b border-line" style={{ height: headingHeight }} />
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: these rows have nothing else to be told apart by, and never change places
        <div key={index} className="row-grid" style={{ height: rowHeight }}>
          <span className="skeleton h-3 w-16" />
          <span className="skeleton size-2 rounded-full" />
          <span className="skeleton h-3 w-24" />
          <span className="skeleton h-3" style={{ width: skeletonWidth(index) }} />
        </div>
      ))}
    </div>
  );
}

/** Lines of a list of values and numbers. */
export function SkeletonLines({ lines }: { readonly lines: number }): ReactNode {
  return (
    <div role="status" aria-label={t.states.loading}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: these lines have nothing else to be told apart by, and never change places
        <div key={index} className="flex h-7 items-center justify-between px-2">
          <span className="skeleton h-3" style={{ width: skeletonWidth(index) }} />
          <span className="skeleton h-3 w-8" />
        </div>
      ))}
    </div>
  );
}

/** Looks as different as texts do. */
const skeletonWidth = (index: number): string => `${35 + ((index * 29) % 45)}%`;
