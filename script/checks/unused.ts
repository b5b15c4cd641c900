import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** knip: files, exports and dependencies that nothing uses, and imports that no package.json declares (knip.json). */
export const unusedCheck: Check = {
  name: 'unused',
  run: ({ root }) => runTool(root, 'knip/bin/knip.js', ['--no-progress', '--treat-config-hints-as-errors']),
};
