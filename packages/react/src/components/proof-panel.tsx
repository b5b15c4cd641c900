import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/problem.ts';
import type { EventView } from '../event/event-view.ts';
import { type ProofState, useProof } from '../hooks/use-proof.ts';
import { downloadProof } from '../proof/prove-event.ts';
import { useAttestry } from './context.tsx';
import { problemText } from './problem.tsx';
import { ProofSteps } from './proof-steps.tsx';
import { SmallHeading } from './root.tsx';

/** The proof of an event, recomputed in this browser, step by step. */
export function ProofPanel({ event }: { readonly event: EventView }): ReactNode {
  return <ProofOutcome event={event} state={useProof(event)} />;
}

/** What became of a proof that was asked for. */
export function ProofOutcome({
  event,
  state,
}: {
  readonly event: EventView;
  readonly state: ProofState;
}): ReactNode {
  const { api, words, onError } = useAttestry();
  const { status, proof, error, retry } = state;
  if (proof !== undefined) {
    const save = (): void => void downloadProof(api, event).catch((caught: ApiProblem) => onError?.(caught));
    return (
      <ProofSteps
        proof={proof}
        footer={
          <button type="button" className="at-link" onClick={save}>
            {words.proof.download}
          </button>
        }
      />
    );
  }
  if (status === 'checking') {
    return (
      <div role="status" className="at-proof at-proof-waiting">
        {words.proof.checking}
      </div>
    );
  }
  const [title, text] =
    status === 'pending'
      ? [words.proof.pending, words.proof.pendingDetail]
      : error?.status === 403
        ? [words.proof.failed, words.proof.noRight]
        : [words.proof.unreachable, error === undefined ? '' : problemText(words, error)];
  return (
    <section className="at-proof at-proof-none" role="status">
      <SmallHeading className="at-h3">{title}</SmallHeading>
      <p className="at-muted">{text}</p>
      {error?.status === 403 ? null : (
        <button type="button" className="at-button" onClick={retry}>
          {words.problems.retry}
        </button>
      )}
    </section>
  );
}
