import type { ReactNode } from 'react';
import type { ActionStatus, EventSeverity, EventView } from '../event/event-view.ts';
import { outcomeOf } from '../sentence/event-sentence.ts';
import { useAttestry } from './context.tsx';

/** Severity as a shape: a diamond for high, a ringed one for critical, so that colour is never alone. */
export function SeverityMark({ severity }: { readonly severity: EventSeverity }): ReactNode {
  const { words } = useAttestry();
  return (
    <span
      className="at-severity"
      data-severity={severity}
      role="img"
      aria-label={words.severities[severity]}
    />
  );
}

const TONES: Readonly<Record<ActionStatus, 'red' | 'amber' | 'plain'>> = {
  success: 'plain',
  failure: 'red',
  denied: 'red',
  partial: 'amber',
  in_progress: 'plain',
};

/** The outcome as a word; nothing for success, which is what is expected. */
export function OutcomeWord({ event }: { readonly event: EventView }): ReactNode {
  const { words } = useAttestry();
  const status = outcomeOf(event);
  if (status === undefined || status === 'success') return null;
  return (
    <span className="at-outcome" data-tone={TONES[status]}>
      {words.statuses[status]}
    </span>
  );
}

/** Outcome and severity above the sentence of an event. */
export function EventPills({ event }: { readonly event: EventView }): ReactNode {
  const { words } = useAttestry();
  const status = outcomeOf(event);
  const { severity } = event;
  return (
    <div className="at-pills">
      {status === undefined ? null : (
        <span className="at-pill" data-tone={status === 'success' ? 'accent' : TONES[status]}>
          {words.statuses[status]}
        </span>
      )}
      {severity === 'info' || severity === 'low' ? null : (
        <span className="at-pill" data-tone={severity === 'medium' ? 'amber' : 'red'}>
          <SeverityMark severity={severity} /> {words.severities[severity]}
        </span>
      )}
      <span className="at-pill" data-tone="plain">
        {words.categories[event.category]}
      </span>
    </div>
  );
}

/** Says that a member is there and sealed from this reader, or was erased. */
export function HiddenMark({
  kind,
  members,
}: {
  readonly kind: 'sealed' | 'erased';
  readonly members?: string;
}): ReactNode {
  const { words } = useAttestry();
  const hint = kind === 'sealed' ? words.detail.sealedHint(members ?? '') : words.detail.erasedHint;
  return (
    <span className="at-hidden" title={hint}>
      {kind === 'sealed' ? words.detail.sealed : words.detail.erased}
      <span className="at-sr">: {hint}</span>
    </span>
  );
}
