import { bodyOf, useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import type { LogIdentity } from '../api/session.ts';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { saveCheckpoint } from './save-checkpoint.ts';

const SHOWN_MAX = 50;

/** The newest checkpoints, each of which can be kept. */
export function CheckpointTable({ identity }: { readonly identity: LogIdentity }): ReactNode {
  const list = useQuery({
    queryKey: ['checkpoints'],
    queryFn: ({ signal }) =>
      bodyOf(api.client.GET('/v1/checkpoints', { params: { query: { limit: SHOWN_MAX } }, signal })),
  });
  const { format } = useAttestry();
  if (list.isError) return <ProblemState error={list.error} retry={() => void list.refetch()} />;
  const checkpoints = list.data?.checkpoints;
  return (
    <section>
      <h2 className="text-[15px] font-semibold">{t.integrity.checkpoints}</h2>
      <p className="mt-1 mb-3 text-muted">{t.integrity.checkpointsLead}</p>
      {checkpoints?.length === 0 ? <p className="text-faint">{t.integrity.noCheckpoints}</p> : null}
      <div
        className="min-h-[200px] overflow-x-auto"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls sideways, and only what has the focus is scrolled by arrow keys
        tabIndex={0}
        role="region"
        aria-label={t.integrity.checkpoints}
      >
        <table className="w-full text-left whitespace-nowrap">
          <thead className="text-[12px] text-faint">
            <tr>
              <th className="py-1.5 pr-4 font-medium">{t.integrity.checkpoint.size}</th>
              <th className="pr-4 font-medium">{t.integrity.checkpoint.signedAt}</th>
              <th className="pr-4 font-medium">{t.integrity.checkpoint.root}</th>
              <th className="font-medium">{t.integrity.checkpoint.note}</th>
            </tr>
          </thead>
          <tbody>
            {checkpoints?.map((checkpoint) => (
              <tr key={checkpoint.size} className="border-t border-line">
                <td className="py-1.5 pr-4">{format.number(checkpoint.size)}</td>
                <td className="pr-4 text-muted">{format.moment(checkpoint.signed_at)}</td>
                <td className="at-mono pr-4 text-faint">{checkpoint.root.slice(0, 32)}…</td>
                <td>
                  <button
                    type="button"
                    className="at-link"
                    onClick={() => saveCheckpoint(checkpoint, identity)}
                  >
                    {t.integrity.downloadNote}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
