import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import { t } from '../words/english.ts';

interface Licence {
  /** Name and version of a package, and the short name of its licence. */
  readonly title: string;
  readonly text: string;
}

/** Cuts the list that the build makes: a heading per package, its licence below. */
function readLicences(list: string): readonly Licence[] {
  return list
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n');
      return { title, text: lines.join('\n').trim() };
    });
}

/** Whose work is built into these pages, and under which licence. */
export function LicenceList(): ReactNode {
  const list = useQuery({
    queryKey: ['licences'],
    queryFn: async ({ signal }) => readLicences(await (await api.fetch('/licenses.md', { signal })).text()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section aria-label={t.settings.about.licences}>
      <h3 className="mb-1 font-semibold">{t.settings.about.licences}</h3>
      <ul className="border-t border-line">
        {list.data?.map(({ title, text }) => (
          <li key={title} className="border-b border-line">
            <details>
              <summary className="cursor-pointer py-1.5">{title}</summary>
              <pre className="overflow-x-auto pb-3 font-mono text-[12px] whitespace-pre-wrap text-muted">
                {text}
              </pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
