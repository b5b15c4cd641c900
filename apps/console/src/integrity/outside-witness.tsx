import { type components, useAttestry } from '@attestry/react';
import { type ReactNode, useState } from 'react';
import type { LogIdentity } from '../api/session.ts';
import { t } from '../words/english.ts';
import { recallLog } from './log-memory.ts';
import { saveCheckpoint } from './save-checkpoint.ts';

interface OutsideWitnessProps {
  readonly identity: LogIdentity;
  /** The newest one. */
  readonly checkpoint: components['schemas']['Checkpoint'] | undefined;
}

/** Who outside holds the log to its past: nobody yet, so what a reader can do about it, and did in this browser. */
export function OutsideWitness({ identity, checkpoint }: OutsideWitnessProps): ReactNode {
  const { format } = useAttestry();
  const [kept, setKept] = useState(() => recallLog(identity).kept);
  return (
    <>
      <p className="text-muted">{t.integrity.noAnchor}</p>
      {checkpoint === undefined ? null : (
        <button
          type="button"
          className="at-link min-h-6 font-[550]"
          onClick={() => {
            saveCheckpoint(checkpoint, identity);
            setKept(recallLog(identity).kept);
          }}
        >
          {t.integrity.keepNewest}
        </button>
      )}
      {kept === undefined ? null : (
        <span className="ml-3 text-faint">
          {t.integrity.keptHere(format.number(kept.size), format.moment(kept.at))}
        </span>
      )}
    </>
  );
}
