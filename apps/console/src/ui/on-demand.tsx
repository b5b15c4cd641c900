import { type ReactNode, Suspense, useState } from 'react';

interface OnDemandProps {
  /** What is there until it is asked for: a button of the same look, which opens it. */
  readonly button: (open: () => void) => ReactNode;
  /** The menu with its own button, open from the beginning. Its code is loaded when it is shown first. */
  readonly children: ReactNode;
  /** Asked for by other means, such as a key. */
  readonly isAsked?: boolean;
}

/** Loads a menu when somebody opens it, so that nobody waits for it before. */
export function OnDemand({ button, children, isAsked = false }: OnDemandProps): ReactNode {
  const [isWanted, setWanted] = useState(false);
  // Once it is there it stays, so that the focus returns to its own button.
  if (isAsked && !isWanted) setWanted(true);
  const placeholder = button(() => setWanted(true));
  return isWanted ? <Suspense fallback={placeholder}>{children}</Suspense> : placeholder;
}
