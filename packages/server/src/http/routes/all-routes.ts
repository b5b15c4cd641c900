import type { AnyRoute } from '../route.ts';
import { ADMIN_ROUTES } from './admin-routes.ts';
import { BROWSER_ROUTES } from './browser-routes.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { EVIDENCE_ROUTES } from './evidence-routes.ts';
import { INGEST_ROUTES } from './ingest-routes.ts';
import { SEARCH_ROUTES } from './search-routes.ts';
import { SERVICE_ROUTES } from './service-routes.ts';
import { SESSION_ROUTES } from './session-routes.ts';
import { STREAM_ROUTES } from './stream-routes.ts';

/** Every route of the server. */
export const ALL_ROUTES: readonly AnyRoute[] = [
  ...INGEST_ROUTES,
  ...BROWSER_ROUTES,
  ...EVENT_ROUTES,
  ...STREAM_ROUTES,
  ...SEARCH_ROUTES,
  ...EVIDENCE_ROUTES,
  ...ADMIN_ROUTES,
  ...SESSION_ROUTES,
  ...SERVICE_ROUTES,
];
