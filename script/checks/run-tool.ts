import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { CheckResult } from './check.ts';

/** Output of a tool beyond this is cut by Node; no report of ours comes near it. */
const outputBytesMax = 64 * 1024 * 1024;

/**
 * Runs a JavaScript tool of node_modules on this process's own Node, in the tree to be checked.
 *
 * @param script path of the tool's script below node_modules
 * @returns `ok` when it exits 0; its standard output and error together
 */
export function runTool(root: string, script: string, args: readonly string[]): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>();
  const options = {
    cwd: root,
    maxBuffer: outputBytesMax,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  };
  execFile(
    process.execPath,
    [join(root, 'node_modules', script), ...args],
    options,
    (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() });
    },
  );
  return promise;
}
