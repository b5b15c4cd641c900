// What a server does with the installed package: renders it, without a window. Prints the page.
import { readFileSync } from 'node:fs';
import { ActivityChart, ActivityFeed, AttestryProvider, EventDetail, ProofBadge } from '@attestry/react';
import { createElement as h, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';

if (typeof window !== 'undefined') throw new Error('a server has no window');
const { url, page } = JSON.parse(readFileSync(new URL('./props.json', import.meta.url), 'utf8'));
const [event] = page.events;
process.stdout.write(
  renderToString(
    h(
      StrictMode,
      null,
      h(
        AttestryProvider,
        { url },
        h(ActivityChart),
        h(ActivityFeed, { initial: page, live: false }),
        h(EventDetail, { event }),
        h(ProofBadge, { event }),
      ),
    ),
  ),
);
