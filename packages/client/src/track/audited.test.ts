import { expect, test } from 'vitest';
import { CollectingClient } from '../testing/collecting-client.ts';
import { audited } from './audited.ts';

test('a wrapped function has the name and the length of the function', () => {
  const rename = audited(
    new CollectingClient(),
    { type: 'a.renamed' },
    function renameDocument(id: string, name: string): string {
      return id + name;
    },
  );
  expect([rename.name, rename.length]).toEqual(['renameDocument', 2]);
});
