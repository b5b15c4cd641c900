import { readFileSync } from 'node:fs';
import { QUERY_FIELDS } from '@attestry/core/query-language';
import { describe, expect, it } from 'vitest';
import { ROLE_RIGHTS } from '../src/auth/roles.ts';
import { SETTINGS } from '../src/config/settings.ts';
import { ERROR_CODES } from '../src/errors/error-codes.ts';
import { SHARED_SCHEMAS } from '../src/http/shared-schemas.ts';

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8');
}

/** Rows of the tables of a page whose first cell is code. */
function rows(name: string): string[] {
  return page(name)
    .split('\n')
    .filter((line) => line.startsWith('| `'));
}

describe('the pages agree with the code', () => {
  it('docs/errors.md has every code with status, retry and advice', () => {
    const expected = Object.entries(ERROR_CODES).map(
      ([code, { status, retry, advice }]) => `| \`${code}\` | ${status} | ${retry} | ${advice} |`,
    );
    expect(rows('errors')).toEqual(expected);
  });

  it('the OpenAPI document names the same codes', () => {
    const problem = SHARED_SCHEMAS.find(({ $id }) => $id === 'Problem') as unknown as {
      properties: { code: { enum: string[] } };
    };
    expect(problem.properties.code.enum).toEqual(Object.keys(ERROR_CODES));
  });

  it('docs/configuration.md has every variable', () => {
    const expected = SETTINGS.map(
      ({ name, fallback, meaning }) =>
        `| \`ATTESTRY_${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${meaning} |`,
    );
    expect(rows('configuration')).toEqual(expected);
  });

  it('docs/query-language.md has every field', () => {
    for (const { name, aliases, meaning } of QUERY_FIELDS) {
      const row = `| \`${name}\` | ${aliases.map((alias) => `\`${alias}\``).join(' ')} | ${meaning}`;
      expect(page('query-language')).toContain(row);
    }
  });

  it('docs/authentication.md has every role', () => {
    const expected = Object.entries(ROLE_RIGHTS).map(
      ([role, { scopes, personal, sees }]) =>
        `| \`${role}\` | ${scopes.map((scope) => `\`${scope}\``).join(' ')} | ${personal ? 'yes' : 'redacted'} | ${sees} |`,
    );
    expect(rows('authentication')).toEqual(expected);
  });
});
