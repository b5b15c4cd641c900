import { existsSync } from 'node:fs';
import type { ToolLookup } from './cached-tool.ts';

/** Where Debian's package puts it, which `script/setup --services` installs. */
const CHROMIUM_PATH = '/usr/bin/chromium';

/** The real browser for tests of pages, or why there is none. */
export function chromium(): ToolLookup {
  return existsSync(CHROMIUM_PATH)
    ? { path: CHROMIUM_PATH }
    : { path: undefined, skip: 'no chromium; script/setup --services installs it' };
}

/** Arguments of a browser that runs as whoever runs the tests and speaks with nobody but the pages it is given. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
