/**
 * Writes `spec/vectors`: `node spec/generator/generate.ts`. The files are frozen: a test makes them again and compares.
 * A difference is a change of the format, which means a new version of it, not new files.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { specVectors } from './spec-vectors.ts';

for (const [name, text] of await specVectors()) {
  writeFileSync(join(import.meta.dirname, '../vectors', name), text);
}
