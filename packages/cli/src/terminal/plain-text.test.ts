import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJsonControls, plainLines, plainText, safeJson } from './plain-text.ts';

const ESC = '\u001b';

describe('plainText', () => {
  it('removes escape sequences: colours, cursor movement, titles, hyperlinks', () => {
    expect(plainText(`${ESC}[31mred${ESC}[0m`)).toBe('red');
    expect(plainText(`a${ESC}[2J${ESC}[Hb`)).toBe('ab');
    expect(plainText(`${ESC}]0;owned\u0007text`)).toBe('text');
    expect(plainText(`${ESC}]8;;http://evil.example\u0007click${ESC}]8;;\u0007`)).toBe('click');
  });

  it('shows what could hide or turn text as a dot, and breaks lines nowhere', () => {
    expect(plainText('a\u202eb\u200bc\u0000d\u009be')).toMatch(/^a·b·c·d.?e?$/);
    expect(plainText('one\r\ntwo\tthree')).toBe('one two three');
  });

  it('leaves letters of every script alone', () => {
    for (const text of ['Zoë', 'Ελλάδα', '日本語', 'עברית', '👩‍💻'.replace('\u200d', '')])
      expect(plainText(text)).toBe(text);
  });

  it('lets nothing through that a terminal acts on', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    const acting = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f]/;
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !acting.test(plainText(text))));
  });

  it('keeps line breaks of longer text on request', () => {
    expect(plainLines(`one\n${ESC}[1mtwo`)).toBe('one\ntwo');
  });
});

describe('safeJson', () => {
  it('is the same value, without characters that act on a terminal', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value: unknown = JSON.parse(json);
        const safe = safeJson(value);
        expect(JSON.parse(safe)).toEqual(value);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
        expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
    expect(escapeJsonControls('"\u009b31m"')).toBe('"\\u009b31m"');
  });
});
