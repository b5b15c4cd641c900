import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** Tests named *.golden.test.ts: the SQL schema, OpenAPI and CLI help are as the files beside them say. */
export const goldenCheck: Check = {
  name: 'golden',
  run: ({ root, fix }) =>
    runTool(root, 'vitest/vitest.mjs', [
      'run',
      '.golden.test.ts',
      '--reporter=dot',
      ...(fix ? ['--update'] : []),
    ]),
};
