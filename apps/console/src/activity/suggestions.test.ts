import { expect, test } from 'vitest';
import { termAt } from './query-tokens.ts';
import { askedFor } from './suggestions.ts';

test.each([
  ['severity:hi', ['severity', 'hi']],
  ['metadata.order.id=4', ['metadata.order.id', '4']],
  ['metadata.order.', ['metadata.order', '']],
  ['sevrity:hi', undefined],
  ['order.id:4', undefined],
  ['after:2', undefined],
  ['act', undefined],
])('for %s the server is asked for %j', (text, asked) => {
  expect(askedFor(termAt(text, text.length))).toEqual(asked);
});
