import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTypes, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const HEAD =
  '// Long because: made of spec/openapi.json by script/check --fix golden; nobody writes it by hand.\n';

it('packages/react/src/api/openapi.ts is what spec/openapi.json says', async () => {
  const nodes = await openapiTypes(pathToFileURL(join(root, 'spec', 'openapi.json')), {
    emptyObjectsUnknown: true,
  });
  await expect(HEAD + astToString(nodes)).toMatchFileSnapshot(
    join(root, 'packages', 'react', 'src', 'api', 'openapi.ts'),
  );
});
