import type { EventView } from '@attestry/core';
import { ApiProblem, ProofSteps, useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMe } from '../app/me.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { proofPath, proofQuery } from './event-queries.ts';

/** Height of the proof when it is there, kept free while it is computed. */
const PROOF_HEIGHT = 300;

/** The proof of an event, recomputed in this browser. */
export function EventProofView({ event }: { readonly event: EventView }): ReactNode {
  const { words } = useAttestry();
  const proof = useQuery(proofQuery(event, useMe()));
  if (proof.isError) return <NoProof error={proof.error} />;
  if (proof.data === undefined) {
    return (
      <div
        role="status"
        className="at-proof grid place-items-center text-muted"
        style={{ minHeight: PROOF_HEIGHT }}
      >
        {words.proof.checking}
      </div>
    );
  }
  return (
    <ProofSteps
      proof={proof.data}
      footer={
        <>
          <a className="at-link" href={proofPath(event.id)} download={`${event.id}.tlog-proof`}>
            {words.proof.download}
          </a>
          <CopyButton text={event.hash} />
        </>
      }
    />
  );
}

function NoProof({ error }: { readonly error: Error }): ReactNode {
  const { words } = useAttestry();
  const status = error instanceof ApiProblem ? error.status : 0;
  const [title, detail] =
    status === 404
      ? [words.proof.pending, words.proof.pendingDetail]
      : status === 403
        ? [words.proof.failed, words.proof.noRight]
        : [words.proof.unreachable, error.message];
  return (
    <section className="at-proof" data-ok={status === 403 || status === 404 ? undefined : false}>
      <h3 className="px-4 pt-3 font-semibold">{title}</h3>
      <p className="px-4 pb-3 text-muted">{detail}</p>
    </section>
  );
}
