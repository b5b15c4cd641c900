import { expect, test } from 'vitest';
import * as helpers from './index.ts';

/** What an app passes on of a thing that it has not found. */
const GIVEN: readonly (readonly unknown[])[] = [
  [],
  [null, null, null, null],
  ['x', null, null],
  ['x', { id: '1' }, null],
  [{ id: '1' }, null, null],
];

test.each(Object.entries(helpers))(
  '%s makes an event of whatever it is given, and throws nothing',
  (_name, helper) => {
    for (const given of GIVEN) {
      const event = (helper as (...given: readonly unknown[]) => object)(...given);
      expect(event).toMatchObject({ type: expect.any(String), action: { verb: expect.any(String) } });
    }
  },
);
