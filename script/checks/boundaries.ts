import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** dependency-cruiser: which part may import which (.dependency-cruiser.cjs). */
export const boundariesCheck: Check = {
  name: 'boundaries',
  async run({ root }) {
    const args = [
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      'packages',
      'apps',
      'script',
      'bench',
    ];
    const result = await runTool(root, 'dependency-cruiser/bin/dependency-cruise.mjs', args);
    // Without a TypeScript compiler it understands, it sees no import in .ts files, says so in a warning and passes.
    const blind = /\b(\d+) modules?, (\d+) dependencies cruised/.exec(result.output)?.[2] === '0';
    if (!blind) return result;
    return {
      ok: false,
      output: `dependency-cruiser saw no import at all: is typescript 6 installed?\n${result.output}`,
    };
  },
};
