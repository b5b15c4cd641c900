import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** oxlint with type information (.oxlintrc.json): promises nobody waits for, and what else only types can tell. */
export const promisesCheck: Check = {
  name: 'promises',
  run: ({ root }) =>
    runTool(root, 'oxlint/bin/oxlint', [
      '--type-aware',
      '--deny-warnings',
      '--format=unix',
      'packages',
      'apps',
      'script',
      'bench',
    ]),
};
