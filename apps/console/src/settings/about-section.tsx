import type { components } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import { useMe } from '../app/me.tsx';
import { t } from '../words/english.ts';
import { LicenceList } from './licence-list.tsx';
import { LimitList } from './limit-list.tsx';
import { roleNames } from './role-names.ts';
import { SectionHead } from './section-head.tsx';

type Readiness = components['schemas']['Readiness'];

/** What runs here, what one may do, and whose work is built in. */
export function AboutSection(): ReactNode {
  const me = useMe();
  const words = t.settings.about;
  const health = useQuery({
    queryKey: ['ready'],
    queryFn: async ({ signal }): Promise<Readiness> =>
      (await (await api.fetch('/ready', { signal })).json()) as Readiness,
  });
  return (
    <>
      <SectionHead title={words.title} lead={words.lead} />
      <dl className="at-facts">
        <dt>{words.version}</dt>
        <dd>{me.server.version}</dd>
        <dt>{words.health}</dt>
        <dd>
          {health.data === undefined ? '' : health.data.ready ? words.ok : words.notOk}
          {Object.entries(health.data?.components ?? {}).map(([name, component]) => (
            <div key={name} className={component.status === 'ok' ? 'text-muted' : 'text-red'}>
              {words.components[name] ?? name}: {component.status}
              {component.detail === undefined ? '' : `, ${component.detail}`}
            </div>
          ))}
        </dd>
        <dt>{words.tenant}</dt>
        <dd>{me.tenant.name ?? me.tenant.id}</dd>
        {me.log === undefined ? null : (
          <>
            <dt>{words.origin}</dt>
            <dd className="at-mono">{me.log.origin}</dd>
            <dt>{words.vkey}</dt>
            <dd className="at-mono">{me.log.vkey}</dd>
          </>
        )}
        <dt>{words.roles}</dt>
        <dd>{roleNames(me.roles)}</dd>
        <dt>{words.scopes}</dt>
        <dd className="at-mono">{me.scopes.join(' ')}</dd>
        <dt>{words.personal}</dt>
        <dd>{me.personal ? words.personalYes : words.personalNo}</dd>
      </dl>
      <p>
        <a className="at-link" href="/docs/">
          {words.reference}
        </a>
      </p>
      <LimitList />
      <LicenceList />
    </>
  );
}
