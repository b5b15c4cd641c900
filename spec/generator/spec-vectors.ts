import { canonicalVectors } from './canonical-vectors.ts';
import { logVectors } from './log-vectors.ts';
import { noteVectors } from './note-vectors.ts';
import { proofVectors } from './proof-vectors.ts';
import { recordVectors } from './record-vectors.ts';
import { sealVectors } from './seal-vectors.ts';
import { treeVectors } from './tree-vectors.ts';

/** Text of every file in `spec/vectors`, by name, made by our own code. */
export async function specVectors(): Promise<ReadonlyMap<string, string>> {
  const contents: Readonly<Record<string, unknown>> = {
    'canonical-json.json': canonicalVectors(),
    'log.json': logVectors(),
    'notes.json': noteVectors(),
    'proofs.json': await proofVectors(),
    'records.json': recordVectors(),
    'seals.json': sealVectors(),
    'tree.json': await treeVectors(),
  };
  return new Map(
    Object.entries(contents).map(([name, content]) => [name, `${JSON.stringify(content, null, 1)}\n`]),
  );
}
