import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** Biome: format, import order and its lint rules (biome.json). */
export const formatCheck: Check = {
  name: 'format',
  run: ({ root, fix }) =>
    runTool(root, '@biomejs/biome/bin/biome', [
      'check',
      '--error-on-warnings',
      '--max-diagnostics=200',
      ...(fix ? ['--write'] : []),
    ]),
};
