import { existsSync } from 'node:fs';
import { join } from 'node:path';

const cacheFolder = join(import.meta.dirname, '..', '..', '..', '..', '.cache');

/** Where `script/setup --services` puts each optional program, below `.cache/`. */
const toolPaths = {
  'tessera-fsck': 'bin/tessera-fsck',
  schemathesis: 'schemathesis/bin/schemathesis',
} as const;

/** Either the program's path or, in the words of `context.skip`, why a test that needs it cannot run. */
export type ToolLookup = { readonly path: string } | { readonly path: undefined; readonly skip: string };

/**
 * Finds an optional program that `script/setup --services` installs.
 *
 * @returns its absolute path, or the reason to skip with
 */
export function cachedTool(name: keyof typeof toolPaths): ToolLookup {
  const path = join(cacheFolder, toolPaths[name]);
  return existsSync(path)
    ? { path }
    : { path: undefined, skip: `no ${name}; script/setup --services installs it` };
}
