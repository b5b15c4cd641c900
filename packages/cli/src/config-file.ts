import { readFileSync } from 'node:fs';
import { usageError } from './cli-error.ts';

/** Text of `attestry.config.json` of the current folder, when there is one. */
export function readConfigFile(): string | undefined {
  try {
    return readFileSync('attestry.config.json', 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw usageError(`cannot read attestry.config.json: ${(error as Error).message}`);
  }
}
