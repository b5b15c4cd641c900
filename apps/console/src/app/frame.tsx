import { AttestryProvider } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import { type Me, meQuery } from '../api/session.ts';
import { noteDamage, withEvent } from '../integrity/found-damage.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { OnDemand } from '../ui/on-demand.tsx';
import { NoRight, ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { ACCOUNT_BUTTON } from './account-button.ts';
import { DamageBar, LogSeal } from './log-seal.tsx';
import { MeProvider } from './me.tsx';
import { usePreferences } from './preferences.ts';
import { useShortcut } from './shortcuts.ts';
import { logNameOf, useLogState } from './use-log-state.ts';

const CommandPalette = lazy(() =>
  import('./command-palette.tsx').then((m) => ({ default: m.CommandPalette })),
);
const AccountMenu = lazy(() => import('./account-menu.tsx').then((m) => ({ default: m.AccountMenu })));
const ShortcutList = lazy(() => import('./shortcut-list.tsx').then((m) => ({ default: m.ShortcutList })));

/** What stands around every page but sign-in: rail, header with the seal, and the page. */
export function Frame(): ReactNode {
  const me = useQuery(meQuery);
  const navigate = useNavigate();
  const { timeZone } = usePreferences();
  const isSignedOut = me.data === null;
  useEffect(() => {
    if (!isSignedOut) return;
    const next = location.pathname + location.search;
    void navigate({
      to: '/sign-in',
      search: next === '/' || next === '/activity' ? {} : { next },
      replace: true,
    });
  }, [isSignedOut, navigate]);
  if (me.isPending) return <FrameSkeleton />;
  if (me.isError) return <ProblemState error={me.error} retry={() => void me.refetch()} />;
  if (me.data === null) return <FrameSkeleton />;
  const log = logNameOf(me.data);
  return (
    <AttestryProvider
      api={api}
      onProof={({ id, seq }, { ok }) =>
        noteDamage(log, (found) => withEvent(found, { id, seq, by: 'proof' }, ok))
      }
      {...(timeZone === 'UTC' ? { timeZone } : {})}
    >
      <MeProvider me={me.data}>
        <FramedPage me={me.data} />
      </MeProvider>
    </AttestryProvider>
  );
}

function FramedPage({ me }: { readonly me: Me }): ReactNode {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const log = useLogState(me);
  useShortcut('mod+k', () => setPaletteOpen(true));
  useShortcut('?', () => setHelpOpen(true));
  const isDamaged = log.status === 'damaged';
  return (
    <div className="grid h-full grid-cols-[minmax(0,1fr)] grid-rows-[52px_minmax(0,1fr)_auto] min-[901px]:grid-cols-[216px_minmax(0,1fr)] min-[901px]:grid-rows-[52px_minmax(0,1fr)]">
      <a
        href="#main"
        className="float at-sr px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t.skip}
      </a>
      <header className="contents">
        <Link
          to="/activity"
          search={{}}
          className="hidden items-center gap-2 border-r border-b border-line px-4 text-[15px] font-[650] tracking-[-0.015em] min-[901px]:flex"
        >
          <Shield />
          {t.product}
        </Link>
        <div
          className={`flex items-center gap-3 border-b px-4 min-[901px]:px-6 ${isDamaged ? 'border-red-line bg-red-soft' : 'border-line'}`}
        >
          <PageTitle tenant={me.tenant.name ?? me.tenant.id} />
          <span className="flex-1" />
          <button
            type="button"
            onClick={() => setPaletteOpen(true)}
            className="flex min-h-[32px] items-center gap-2 rounded-control border border-line bg-panel px-2 text-faint hover:border-line-strong min-[901px]:min-w-[220px]"
          >
            <Icon name="search" size={15} />
            <span className="at-sr min-[901px]:not-sr-only">{t.nav.search}</span>
            <span aria-hidden="true" className="ml-auto hidden gap-1 min-[901px]:flex">
              <kbd>Ctrl</kbd> <kbd>K</kbd>
            </span>
          </button>
          <LogSeal log={log} />
          <OnDemand
            button={(open) => (
              <button
                type="button"
                aria-haspopup="menu"
                aria-label={t.nav.account}
                onClick={open}
                className={ACCOUNT_BUTTON}
              >
                <Icon name="user" />
              </button>
            )}
          >
            <AccountMenu me={me} />
          </OnDemand>
        </div>
      </header>
      <Rail />
      <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-col outline-none">
        {isDamaged ? <DamageBar log={log} /> : null}
        <Page me={me} />
      </main>
      <Suspense>
        {isPaletteOpen ? <CommandPalette me={me} close={() => setPaletteOpen(false)} /> : null}
        {isHelpOpen ? <ShortcutList close={() => setHelpOpen(false)} /> : null}
      </Suspense>
    </div>
  );
}

/** Pages for whom does not read events: the others would only ask for what is refused, and recorded as refused. */
const OPEN_PAGES = /^\/(integrity|settings)(\/|$)/;

function Page({ me }: { readonly me: Me }): ReactNode {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return me.scopes.includes('events:read') || OPEN_PAGES.test(path) ? <Outlet /> : <NoRight />;
}

function Shield(): ReactNode {
  return (
    <svg aria-hidden="true" width="20" height="20" viewBox="0 0 20 20" className="at-icon text-accent">
      <path d="M10 1.800 17 5v5c0 4.200-2.900 7-7 8.200C5.900 17 3 14.200 3 10V5z" />
      <path d="m6.800 10 2.300 2.300L13.400 8" />
    </svg>
  );
}

const PAGES: readonly { readonly to: string; readonly name: string; readonly icon: IconName }[] = [
  { to: '/activity', name: t.nav.activity, icon: 'activity' },
  { to: '/overview', name: t.nav.overview, icon: 'overview' },
  { to: '/integrity', name: t.nav.integrity, icon: 'integrity' },
  { to: '/settings', name: t.nav.settings, icon: 'settings' },
];

/** Pages that are not in the rail, by the first part of their address. */
const OTHER_TITLES: Readonly<Record<string, string>> = {
  events: t.event.label,
  actors: t.profile.actor,
  targets: t.profile.target,
};

function PageTitle({ tenant }: { readonly tenant: string }): ReactNode {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = PAGES.find(({ to }) => path.startsWith(to));
  const title = page?.name ?? OTHER_TITLES[path.split('/')[1] ?? ''] ?? t.states.notFound;
  return (
    <>
      <title>{`${title} · ${tenant} · ${t.product}`}</title>
      <h1 className="text-[14.5px] font-semibold">{title}</h1>
      <span className="hidden truncate text-faint min-[480px]:inline">{tenant}</span>
    </>
  );
}

function Rail(): ReactNode {
  return (
    <nav
      aria-label={t.nav.label}
      className="order-last flex border-t border-line bg-bg min-[901px]:order-none min-[901px]:flex-col min-[901px]:gap-px min-[901px]:border-t-0 min-[901px]:border-r min-[901px]:px-2 min-[901px]:py-3"
    >
      {PAGES.map(({ to, name, icon }) => (
        <Link
          key={to}
          to={to}
          className="flex flex-1 flex-col items-center gap-0.5 py-1.5 text-[11px] font-medium text-muted hover:text-text aria-[current=page]:font-semibold aria-[current=page]:text-text min-[901px]:flex-none min-[901px]:flex-row min-[901px]:gap-2.5 min-[901px]:rounded-control min-[901px]:px-3 min-[901px]:text-[13.5px] min-[901px]:hover:bg-sunk min-[901px]:aria-[current=page]:bg-sunk"
        >
          <Icon name={icon} />
          {name}
        </Link>
      ))}
    </nav>
  );
}

function FrameSkeleton(): ReactNode {
  return (
    <div role="status" aria-label={t.states.loading} className="h-full">
      <div className="h-[52px] border-b border-line" />
    </div>
  );
}
