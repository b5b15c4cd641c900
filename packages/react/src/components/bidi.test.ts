import { expect, test } from 'vitest';
import { visibleText } from './bidi.tsx';

test('what turns texts around, or shows as nothing, is named', () => {
  expect(visibleText('a\u202Eb\u0001c\u0085d\u2028e\u3164f')).toBe(
    'a⟨U+202E⟩b⟨U+0001⟩c⟨U+0085⟩d⟨U+2028⟩e⟨U+3164⟩f',
  );
  expect(visibleText('two\nlines\tof text')).toBe('two\nlines\tof text');
});
