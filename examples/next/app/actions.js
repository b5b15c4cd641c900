'use server';

import { auditedAction } from '@attestry/client/next';
import { audit } from '../audit.js';
import { notes } from '../notes.js';

/** Of an action, no route says what it does; so this does. */
export const removeAll = auditedAction(audit, { type: 'data.purged', target: { type: 'note' } }, async () => {
  notes.clear();
});
