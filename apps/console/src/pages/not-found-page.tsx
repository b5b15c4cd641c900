import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ProblemState, State } from '../ui/states.tsx';
import { t } from '../words/english.ts';

/** An address that leads nowhere. */
export function NotFoundPage(): ReactNode {
  return (
    <State icon="search" title={t.states.notFound}>
      <Link to="/activity" search={{}} className="button">
        {t.nav.activity}
      </Link>
    </State>
  );
}

/** A page that broke. */
export function RouteProblem({ error, reset }: ErrorComponentProps): ReactNode {
  return <ProblemState error={error instanceof Error ? error : new Error(String(error))} retry={reset} />;
}
