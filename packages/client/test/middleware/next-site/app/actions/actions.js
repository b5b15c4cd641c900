'use server';

import { auditedAction } from '@attestry/client/next';
import { notFound, redirect } from 'next/navigation';
import { client } from '../../suite.js';

export const removes = auditedAction(
  client,
  async (form) => ({ type: 'document.deleted', target: { type: 'document', id: form.get('id') ?? 'd-1' } }),
  async () => redirect('/documents'),
);

export const refuses = auditedAction(
  client,
  { type: 'document.shared', target: { type: 'document' } },
  async () => notFound(),
);

export const fails = auditedAction(
  client,
  { type: 'document.edited', target: { type: 'document' } },
  async () => {
    throw new Error('action torn');
  },
);
