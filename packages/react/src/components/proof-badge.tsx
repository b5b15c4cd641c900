import { type ReactNode, useId, useState } from 'react';
import type { EventView } from '../event/event-view.ts';
import { useEvent } from '../hooks/use-event.ts';
import { type ProofState, useProof } from '../hooks/use-proof.ts';
import type { Words } from '../words/words.ts';
import { useAttestry } from './context.tsx';
import { ProblemNote } from './problem.tsx';
import { ProofOutcome } from './proof-panel.tsx';
import { ShieldIcon, verdictOf } from './proof-steps.tsx';
import { Root } from './root.tsx';

/** An event, or the id of one. */
export type ProofBadgeProps =
  | { readonly event: EventView; readonly id?: undefined }
  | { readonly event?: undefined; readonly id: string };

/** Whether an event is proven, as a small mark; a press shows each step. It is proven where it is shown. */
export function ProofBadge({ event, id }: ProofBadgeProps): ReactNode {
  return event === undefined ? <BadgeOfId id={id} /> : <Badge event={event} />;
}

function BadgeOfId({ id }: { readonly id: string }): ReactNode {
  const { words } = useAttestry();
  const { data, error, retry } = useEvent(id);
  if (data !== undefined) return <Badge event={data} />;
  return (
    <Root as="div" className="at-badge">
      {error === undefined ? (
        <span role="status" className="at-badge-mark">
          <ShieldIcon /> {words.proof.checking}
        </span>
      ) : (
        <ProblemNote problem={error} title={words.proof.unreachable} retry={retry} />
      )}
    </Root>
  );
}

function Badge({ event }: { readonly event: EventView }): ReactNode {
  const { words, format } = useAttestry();
  const [isOpen, setOpen] = useState(false);
  const state = useProof(event);
  const { status } = state;
  const id = useId();
  return (
    <Root as="div" className="at-badge">
      <button
        type="button"
        className="at-badge-mark"
        data-status={status}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <ShieldIcon {...(status === 'proven' ? { ok: true } : status === 'failed' ? { ok: false } : {})} />
        <span aria-live="polite">
          {state.proof === undefined ? labelOf(words, state) : verdictOf(state.proof, words, format)}
        </span>
      </button>
      <div id={id} hidden={!isOpen} className="at-badge-steps">
        {isOpen ? <ProofOutcome event={event} state={state} /> : null}
      </div>
    </Root>
  );
}

function labelOf({ proof }: Words, { status }: ProofState): string {
  switch (status) {
    case 'checking':
      return proof.checking;
    case 'proven':
      return proof.proven;
    case 'failed':
      return proof.failed;
    case 'pending':
      return proof.pending;
    case 'unavailable':
      return proof.unreachable;
  }
}
