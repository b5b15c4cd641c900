import { type ReactNode, useId, useState } from 'react';
import type { Format } from '../format/format.ts';
import type { EventProof, ProofStep } from '../proof/event-proof.ts';
import type { Words } from '../words/words.ts';
import { useAttestry } from './context.tsx';
import { SmallHeading } from './root.tsx';

/** The steps of a proof that this browser recomputed, each with what it means one click away. */
export function ProofSteps({
  proof,
  footer,
}: {
  readonly proof: EventProof;
  readonly footer?: ReactNode;
}): ReactNode {
  const { words, format, log } = useAttestry();
  return (
    <section className="at-proof" data-ok={proof.ok}>
      <SmallHeading className="at-proof-head">
        <ShieldIcon ok={proof.ok} />
        {verdictOf(proof, words, format)}
      </SmallHeading>
      <ol>
        {proof.steps.map((step) => (
          <Step key={step.name} step={step} proof={proof} />
        ))}
      </ol>
      <p className="at-proof-note">{log === undefined ? words.proof.keyNote : words.proof.pinnedNote}</p>
      {footer === undefined ? null : <div className="at-proof-foot">{footer}</div>}
    </section>
  );
}

/** What a proof has shown, in a few words: what it says nothing of is part of it. */
export function verdictOf(proof: EventProof, words: Words, format: Format): string {
  if (!proof.ok) return words.proof.failed;
  const sealed = Number(proof.steps.find(({ name }) => name === 'same')?.value ?? 0);
  return sealed === 0 ? words.proof.proven : words.proof.provenBut(sealed, format.number(sealed));
}

function Step({ step, proof }: { readonly step: ProofStep; readonly proof: EventProof }): ReactNode {
  const { words } = useAttestry();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { title, detail } = useStepText(step, proof);
  return (
    <li data-ok={step.ok}>
      <span aria-hidden="true" className="at-proof-sign">
        {step.ok ? '✓' : '✕'}
      </span>
      <div>
        <button
          type="button"
          className="at-proof-step"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {title}
        </button>
        <small>{detail}</small>
        {step.name === 'record' ? <small className="at-mono at-hash">{step.value}</small> : null}
        <p id={id} hidden={!isOpen} className="at-proof-explain">
          {words.proof.explain[step.name]}
        </p>
      </div>
    </li>
  );
}

function useStepText(
  step: ProofStep,
  proof: EventProof,
): { readonly title: string; readonly detail: string } {
  const { words, format } = useAttestry();
  const { steps } = words.proof;
  const failed = (title: string): { title: string; detail: string } => ({ title, detail: step.detail ?? '' });
  switch (step.name) {
    case 'record':
      return step.ok
        ? { title: steps.record, detail: steps.recordDetail(format.number(proof.recordBytes)) }
        : failed(steps.recordFailed);
    case 'same':
      return step.ok
        ? {
            title: steps.same,
            detail: steps.sameDetail(Number(step.value), format.number(Number(step.value))),
          }
        : failed(steps.sameFailed);
    case 'leaf':
      return step.ok
        ? {
            title: steps.leaf(format.number(proof.size)),
            detail: steps.leafDetail(format.number(proof.hashes), proof.durationMs.toFixed(1)),
          }
        : failed(steps.leafFailed);
    case 'signed':
      return step.ok
        ? { title: steps.signed, detail: steps.signedDetail(proof.origin) }
        : failed(steps.signedFailed);
  }
}

/** A shield with a tick, one that is crossed out, or an empty one where nothing was found out yet. */
export function ShieldIcon({ ok }: { readonly ok?: boolean }): ReactNode {
  return (
    <svg aria-hidden="true" width="15" height="15" viewBox="0 0 20 20" className="at-icon">
      <path d="M10 2 17 5v5c0 4-3 7-7 8-4-1-7-4-7-8V5z" />
      {ok === undefined ? null : <path d={ok ? 'm7 10 2 2 4-4' : 'm7.500 7.500 5 5m0-5-5 5'} />}
    </svg>
  );
}
