import { bodyOf, type Format, useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';

/** What the server takes at most, as it says itself. */
export function LimitList(): ReactNode {
  const { format } = useAttestry();
  const words = t.settings.about.limits;
  const server = useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) => bodyOf(api.client.GET('/v1/limits', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section aria-label={words.title}>
      <h3 className="mb-1 font-semibold">{words.title}</h3>
      {server.isError ? <ProblemState error={server.error} retry={() => void server.refetch()} /> : null}
      <dl className="border-t border-line">
        {Object.entries(server.data?.limits ?? {}).map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-b border-line py-1.5">
            <dt className="text-muted">{words.names[name] ?? name.replaceAll('_', ' ')}</dt>
            <dd>{shown(name, Number(value), format)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function shown(name: string, value: number, format: Format): string {
  if (name.endsWith('_bytes')) return format.bytes(value);
  return value === 0 && name.endsWith('_minute') ? t.settings.about.limits.off : format.number(value);
}
