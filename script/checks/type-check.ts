import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** What runs on Node, and what runs in a browser; tests of either are with it. */
const projects = ['tsconfig.json', 'apps/console/tsconfig.json'];

/** TypeScript 7 over every package, script and test. TypeScript 6 is installed only for the tools that need its API. */
export const typesCheck: Check = {
  name: 'types',
  async run({ root }) {
    const results = [];
    for (const project of projects) {
      results.push(await runTool(root, 'typescript-7/bin/tsc', ['-p', project, '--pretty', 'false']));
    }
    return {
      ok: results.every(({ ok }) => ok),
      output: results
        .map(({ output }) => output)
        .join('\n')
        .trim(),
    };
  },
};
