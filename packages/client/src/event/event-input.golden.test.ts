import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventTypesText } from '../../generate/generate-event-types.ts';

test('the types of events are those of the one schema; made anew by node packages/client/generate/generate-event-types.ts', () => {
  const written = readFileSync(new URL('./event-input.ts', import.meta.url), 'utf8');
  // The formatter breaks long lines; what is said is the same.
  const plain = (text: string): string =>
    text
      .replace(/\s+|[()]/g, '')
      .replaceAll('=|', '=')
      .replaceAll(':|', ':');
  expect(plain(written)).toBe(plain(eventTypesText()));
});
