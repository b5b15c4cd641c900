import { describe, expect, it } from 'vitest';
import { hashSecret, isSecret, newToken, parseToken } from './api-key-token.ts';

describe('API key tokens', () => {
  it('have the form secret scanners look for, and come apart again', () => {
    const { text, token } = newToken('live');
    expect(text).toMatch(/^att_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(parseToken(text)).toEqual(token);
  });

  it('are never the same twice', () => {
    const texts = new Set(Array.from({ length: 200 }, () => newToken('live').text));
    expect(texts.size).toBe(200);
  });

  it('are refused when mistyped, cut or padded', () => {
    const { text } = newToken('live');
    const swapped = text.replace(/_(.)(.)/, (_all, a, b) => `_${b}${a}`);
    for (const wrong of [
      '',
      'att_',
      text.slice(0, -1),
      `${text}0`,
      ` ${text}`,
      swapped === text ? '' : swapped,
      text.toLowerCase().replace('att', 'atx'),
    ]) {
      expect(parseToken(wrong)).toBeUndefined();
    }
  });

  it('keep only a hash of the secret, compared in constant time (trap 31)', () => {
    const { token } = newToken('live');
    const stored = hashSecret(token.secret);
    expect(stored).toMatch(/^[0-9a-f]{64}$/);
    expect(stored).not.toContain(token.secret);
    expect(isSecret(token.secret, stored)).toBe(true);
    expect(isSecret(`${token.secret}x`, stored)).toBe(false);
    expect(isSecret(token.secret, 'short')).toBe(false);
  });
});
