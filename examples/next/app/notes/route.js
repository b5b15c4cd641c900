import { withAudit } from '../../audit.js';
import { notes } from '../../notes.js';

export const POST = withAudit(() => {
  const id = String(notes.size + 1);
  notes.set(id, {});
  return Response.json({ id }, { status: 201 });
});
