// Exits 0 when packages/server/console was built of the present sources, 1 when it has to be built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesHash } from './sources-hash.ts';

function builtOf(): string | undefined {
  try {
    const path = join(import.meta.dirname, '..', '..', '..', 'packages', 'server', 'console', '.sources');
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // never built, or the build broke off
  }
}

process.exitCode = builtOf() === sourcesHash() ? 0 : 1;
