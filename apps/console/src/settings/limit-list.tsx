import { EVENT_TYPE_CHARS_MAX, JSON_DEPTH_MAX, RECORD_BYTES_MAX } from '@attestry/core/limits';
import { QUERY_CHARS_MAX } from '@attestry/core/query-language';
import { useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import { t } from '../words/english.ts';

/** The bounds that the server publishes with its interface. */
interface Published {
  readonly batch: number | undefined;
  readonly page: number | undefined;
}

interface Schema {
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly properties?: { readonly events?: Schema };
  readonly anyOf?: readonly Schema[];
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

async function readPublished(signal: AbortSignal): Promise<Published> {
  const { paths } = (await (await api.fetch('/openapi.json', { signal })).json()) as {
    readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
  };
  const events = paths['/v1/events'];
  const body = events?.post?.requestBody?.content['application/json']?.schema;
  return {
    batch: body?.anyOf?.find(({ properties }) => properties?.events !== undefined)?.properties?.events
      ?.maxItems,
    page: events?.get?.parameters?.find(({ name }) => name === 'limit')?.schema.maximum,
  };
}

/** What the log takes at most. */
export function LimitList(): ReactNode {
  const { format } = useAttestry();
  const words = t.settings.about.limits;
  const published = useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) => readPublished(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const number = (value: number | undefined): string => (value === undefined ? '' : format.number(value));
  const limits = [
    [words.record, format.bytes(RECORD_BYTES_MAX)],
    [words.batch, number(published.data?.batch)],
    [words.page, number(published.data?.page)],
    [words.query, number(QUERY_CHARS_MAX)],
    [words.type, number(EVENT_TYPE_CHARS_MAX)],
    [words.depth, number(JSON_DEPTH_MAX)],
  ] as const;
  return (
    <section aria-label={words.title}>
      <h3 className="mb-1 font-semibold">{words.title}</h3>
      <dl className="border-t border-line">
        {limits.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-b border-line py-1.5">
            <dt className="text-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
