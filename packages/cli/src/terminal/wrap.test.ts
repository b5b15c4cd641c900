import { describe, expect, it } from 'vitest';
import { wrap } from './wrap.ts';

describe('wrap', () => {
  it('breaks between words, so that no line is wider than the terminal', () => {
    const lines = wrap('one two three four five', 4, 13).split('\n');
    expect(lines).toEqual(['one two', '    three', '    four five']);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(13);
  });

  it('keeps a long word whole, and everything on one line where there is no terminal', () => {
    expect(wrap('a averylongword b', 2, 8)).toBe('a\n  averylongword\n  b');
    expect(wrap('a b', 0, Number.POSITIVE_INFINITY)).toBe('a b');
  });
});
