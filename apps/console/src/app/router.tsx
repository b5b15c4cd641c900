import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { filterOf, readActivitySearch } from '../activity/activity-search.ts';
import { ActivityPage } from '../pages/activity-page.tsx';
import { NotFoundPage, RouteProblem } from '../pages/not-found-page.tsx';
import { Frame } from './frame.tsx';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const root = createRootRoute({ component: (): ReactNode => <Outlet /> });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>) => {
    const [next, problem] = [text(search.next), text(search.problem)];
    return { ...(next === undefined ? {} : { next }), ...(problem === undefined ? {} : { problem }) };
  },
  component: lazyRouteComponent(() => import('../pages/sign-in-page.tsx'), 'SignInPage'),
});

const frame = createRoute({ getParentRoute: () => root, id: 'app', component: Frame });

const index = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: () => redirect({ to: '/activity', search: {}, throw: true }),
});

const activity = createRoute({
  getParentRoute: () => frame,
  path: '/activity',
  validateSearch: readActivitySearch,
  component: ActivityPage,
});

const event = createRoute({
  getParentRoute: () => frame,
  path: '/events/$id',
  validateSearch: (search: Record<string, unknown>) => {
    const tab = text(search.tab);
    return tab === undefined ? {} : { tab };
  },
  component: lazyRouteComponent(() => import('../pages/event-page.tsx'), 'EventPage'),
});

const overview = createRoute({
  getParentRoute: () => frame,
  path: '/overview',
  validateSearch: (search: Record<string, unknown>) => filterOf(readActivitySearch(search)),
  component: lazyRouteComponent(() => import('../pages/overview-page.tsx'), 'OverviewPage'),
});

const integrity = createRoute({
  getParentRoute: () => frame,
  path: '/integrity',
  component: lazyRouteComponent(() => import('../pages/integrity-page.tsx'), 'IntegrityPage'),
});

const actor = createRoute({
  getParentRoute: () => frame,
  path: '/actors/$id',
  component: lazyRouteComponent(() => import('../pages/profile-page.tsx'), 'ActorPage'),
});

const target = createRoute({
  getParentRoute: () => frame,
  path: '/targets/$type/$id',
  component: lazyRouteComponent(() => import('../pages/profile-page.tsx'), 'TargetPage'),
});

const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings/{-$section}',
  component: lazyRouteComponent(() => import('../pages/settings-page.tsx'), 'SettingsPage'),
});

const nowhere = createRoute({ getParentRoute: () => frame, path: '$', component: NotFoundPage });

/** The pages and their addresses. Search parameters are plain text, so that addresses can be read and written by hand. */
export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    frame.addChildren([index, activity, event, overview, integrity, actor, target, settings, nowhere]),
  ]),
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return query === '' ? '' : `?${query}`;
  },
  defaultPreload: 'intent',
  defaultErrorComponent: RouteProblem,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
