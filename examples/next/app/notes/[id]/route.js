import { notFound } from 'next/navigation';
import { withAudit } from '../../../audit.js';
import { notes } from '../../../notes.js';

export const DELETE = withAudit(async (_request, { params }) => {
  notes.delete((await params).id);
  return new Response(null, { status: 204 });
});

export const GET = withAudit(async (_request, { params }) => {
  const note = notes.get((await params).id);
  return note === undefined ? notFound() : Response.json(note);
});
