import { bodyOf, type components, useAttestry } from '@attestry/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import type { LogIdentity } from '../api/session.ts';
import type { LogState } from '../app/log-state.ts';
import { useMe } from '../app/me.tsx';
import { useLogState } from '../app/use-log-state.ts';
import { BrowserCheck } from '../integrity/browser-check.tsx';
import { CheckpointTable } from '../integrity/checkpoint-table.tsx';
import { ContinuousLine } from '../integrity/continuous-line.tsx';
import { recallLog } from '../integrity/log-memory.ts';
import { OutsideWitness } from '../integrity/outside-witness.tsx';
import { ServerCheck } from '../integrity/server-check.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { State } from '../ui/states.tsx';
import { t } from '../words/english.ts';

/** What the log promises, and its check by the server and by this browser. */
export function IntegrityPage(): ReactNode {
  const me = useMe();
  const log = useLogState(me);
  const identity = me.log;
  if (identity === undefined || !me.sees_all || !me.scopes.includes('verify')) {
    return (
      <State icon="integrity" title={t.states.noRight}>
        <p>{t.integrity.notWhole}</p>
      </State>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[1080px] grid-cols-[minmax(0,1fr)] gap-10 px-4 py-6 min-[901px]:px-8">
        <LogFacts identity={identity} log={log} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-10 min-[1100px]:grid-cols-2">
          <BrowserCheck tenant={me.tenant.id} log={identity} />
          <ServerCheck log={log} />
        </div>
        <CheckpointTable identity={identity} />
      </div>
    </div>
  );
}

/** How often is asked for a checkpoint of records that have none yet. */
const UNSIGNED_MS = 2_000;

type Checkpoint = components['schemas']['Checkpoint'];

interface LogFactsProps {
  readonly identity: LogIdentity;
  readonly log: LogState;
}

function LogFacts({ identity, log }: LogFactsProps): ReactNode {
  const { format } = useAttestry();
  const latest = useQuery<Checkpoint>({
    // Another one is signed when the log has grown, within a second or so.
    queryKey: ['checkpoints', 'latest', log.size],
    refetchInterval: (query) => ((query.state.data?.size ?? 0) < log.size ? UNSIGNED_MS : false),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      bodyOf(api.client.GET('/v1/checkpoints/{name}', { params: { path: { name: 'latest' } }, signal })),
  });
  const checkpoint = latest.data;
  const size = Math.max(log.size, checkpoint?.size ?? 0);
  const unsigned = checkpoint === undefined ? 0 : size - checkpoint.size;
  const pinned = recallLog(identity).vkey;
  return (
    <section aria-label={t.integrity.title}>
      <p className="mb-4 text-muted">{t.integrity.lead}</p>
      <dl className="at-facts">
        <dt>{t.integrity.size}</dt>
        <dd>
          <strong className="text-[17px] font-semibold">{format.number(size)}</strong>{' '}
          <span className="text-muted">
            {unsigned > 0 ? t.integrity.unsigned(format.number(unsigned)) : t.integrity.allSigned}
          </span>
        </dd>
        <dt>{t.integrity.signedAt}</dt>
        <dd>{checkpoint === undefined ? '' : format.moment(checkpoint.signed_at)}</dd>
        <dt>{t.integrity.continuous}</dt>
        <dd>
          <ContinuousLine check={log.continuous} />
        </dd>
        <dt>{t.integrity.anchor}</dt>
        <dd>
          <OutsideWitness identity={identity} checkpoint={checkpoint} />
        </dd>
        <dt>{t.integrity.root}</dt>
        <dd className="at-mono">{checkpoint?.root ?? ''}</dd>
        <dt>{t.integrity.origin}</dt>
        <dd className="at-mono">{identity.origin}</dd>
        <dt>{t.integrity.key}</dt>
        <dd>
          <span className="flex items-start gap-2">
            <span className="at-mono min-w-0 break-all">{identity.vkey}</span>
            <CopyButton text={identity.vkey} />
          </span>
        </dd>
        <dt>{t.integrity.pinned}</dt>
        <dd className={pinned === identity.vkey ? 'text-muted' : 'text-amber'}>
          {pinned === identity.vkey ? t.integrity.pinnedSame : `${pinned}, ${t.integrity.pinnedOther}`}
        </dd>
      </dl>
    </section>
  );
}
