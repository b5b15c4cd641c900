import { describe, expect, it } from 'vitest';
import { type SearchedEvent, searchText } from './search-text.ts';

describe('the search text of an event', () => {
  it('has names, ids, reasons and the values of metadata, without the names of members', () => {
    const event = {
      type: 'document.edited',
      actor: { type: 'user', id: 'u-1', name: 'Ada' },
      metadata: { note: 'draft', tags: ['x', 7, true, null], nested: { a: 'deep' } },
    };
    expect(searchText(event as unknown as SearchedEvent).split('\n')).toEqual([
      'document.edited',
      'Ada',
      'u-1',
      'deep',
      'draft',
      'x',
      '7',
      'true',
    ]);
  });

  it('is the same whatever the order of members, so that it can be compared', () => {
    const one = { type: 'a', metadata: { 10: 'j', 9: 'i', b: { y: 2, x: 1 }, a: ['n', 'm'] } };
    const other = { metadata: { a: ['n', 'm'], b: { x: 1, y: 2 }, 9: 'i', 10: 'j' }, type: 'a' };
    const texts = [one, other].map((event) => searchText(event as unknown as SearchedEvent));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toBe('a\nj\ni\nn\nm\n1\n2');
  });

  it('is bounded', () => {
    const event = { type: 'a', metadata: { text: 'w '.repeat(50_000) } };
    expect(searchText(event as unknown as SearchedEvent)).toHaveLength(20_000);
  });
});
