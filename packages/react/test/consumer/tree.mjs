// A page with everything on it, for the server and for the browser.
import { ActivityChart, ActivityFeed, AttestryProvider, EventDetail, ProofBadge } from '@attestry/react';
import { createElement as h, StrictMode } from 'react';

export function tree({ url, page }) {
  const [event] = page.events;
  const shown = [
    h(ActivityChart, { key: 'chart' }),
    h(ActivityFeed, { key: 'feed', initial: page, live: false }),
    h(EventDetail, { key: 'detail', event }),
    h(ProofBadge, { key: 'badge', event }),
  ];
  return h(StrictMode, null, h(AttestryProvider, { url }, shown));
}
