import { EVENT_CATALOGUE } from '@attestry/core';
import { expect, test } from 'vitest';
import { sampleEvent } from '../../test/sample-event.ts';
import type { EventView } from '../event/event-view.ts';
import { english } from '../words/english.ts';
import { sentenceText } from './event-sentence.ts';

const types = Object.keys(EVENT_CATALOGUE);
const sentence = (event: Partial<EventView>, words = english.sentence): string => {
  const { target: _target, action: _action, ...rest } = sampleEvent;
  return sentenceText({ ...rest, ...event }, words);
};

test.each(types)('%s is a sentence, with and without a thing, however it ended', (type) => {
  const target = { type: 'document', id: 'd-1', name: 'X.pdf' };
  for (const status of ['success', 'failure', 'denied', 'partial', 'in_progress'] as const) {
    for (const event of [{ type }, { type, target }]) {
      const text = sentence({ ...event, action: { status } });
      expect(text).toMatch(/^Alice Example [a-z][^{}[\]|]+$/);
      expect(text).not.toMatch(/undefined| {2}/);
    }
  }
});

test.each([
  [{ type: 'user.login.failure' }, 'Alice Example failed to sign in'],
  [{ type: 'user.logout' }, 'Alice Example signed out'],
  [
    { type: 'document.viewed', target: sampleEvent.target },
    'Alice Example viewed document Annual report.pdf',
  ],
  [{ type: 'invoice.approved' }, 'Alice Example approved invoice'],
  [{ type: 'something.odd' }, 'Alice Example recorded something.odd'],
] as const)('%j', (event, text) => {
  expect(sentence(event as Partial<EventView>)).toBe(text);
});

test('a page may make the sentence itself', () => {
  const words = {
    ...english.sentence,
    describe: ({ type }: EventView) =>
      type === 'user.logout'
        ? ([
            { kind: 'actor', text: 'Alice' },
            { kind: 'verb', text: 'ging' },
          ] as const)
        : undefined,
  };
  expect(sentence({ type: 'user.logout' }, words)).toBe('Alice ging');
  expect(sentence({ type: 'user.login.failure' }, words)).toContain('failed to sign in');
});
