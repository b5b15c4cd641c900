import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** TypeScript 7 over every package, script and test. TypeScript 6 is installed only for the tools that need its API. */
export const typesCheck: Check = {
  name: 'types',
  run: ({ root }) => runTool(root, 'typescript-7/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']),
};
