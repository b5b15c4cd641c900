import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMe } from '../app/me.tsx';
import { AboutSection } from '../settings/about-section.tsx';
import { KeySection } from '../settings/key-section.tsx';
import { TenantSection } from '../settings/tenant-section.tsx';
import { TypeSection } from '../settings/type-section.tsx';
import { ViewerSection } from '../settings/viewer-section.tsx';
import { NoRight } from '../ui/states.tsx';
import { t } from '../words/english.ts';

const SECTIONS = ['keys', 'viewers', 'types', 'tenants', 'about'] as const;
type Section = (typeof SECTIONS)[number];

/** Keys, tenants, event types, and what runs here. */
export function SettingsPage(): ReactNode {
  const me = useMe();
  const { section } = useParams({ from: '/app/settings/{-$section}' });
  const mayManage = me.scopes.includes('admin');
  const fallback: Section = mayManage ? 'keys' : 'about';
  const shown = SECTIONS.find((name) => name === section) ?? fallback;
  const isOpen = shown === 'about' || (mayManage && (shown !== 'tenants' || me.platform));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[1080px] grid-cols-[minmax(0,1fr)] gap-6 px-4 py-5 min-[901px]:px-8">
        <nav aria-label={t.settings.title} className="flex gap-4 overflow-x-auto border-b border-line">
          {SECTIONS.filter((name) => name !== 'tenants' || me.platform).map((name) => (
            <Link
              key={name}
              to="/settings/{-$section}"
              params={{ section: name }}
              aria-current={name === shown ? 'page' : undefined}
              className="pb-[9px] font-[550] whitespace-nowrap text-muted hover:text-text aria-[current=page]:text-text aria-[current=page]:shadow-[0_1.5px_var(--at-text)]"
            >
              {t.settings.sections[name]}
            </Link>
          ))}
        </nav>
        {isOpen ? <SectionBody section={shown} /> : <NoRight />}
      </div>
    </div>
  );
}

function SectionBody({ section }: { readonly section: Section }): ReactNode {
  switch (section) {
    case 'keys':
      return <KeySection />;
    case 'viewers':
      return <ViewerSection />;
    case 'tenants':
      return <TenantSection />;
    case 'types':
      return <TypeSection />;
    case 'about':
      return <AboutSection />;
  }
}
