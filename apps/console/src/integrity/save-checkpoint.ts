import type { components } from '@attestry/react';
import type { LogIdentity } from '../api/session.ts';
import { rememberKept } from './log-memory.ts';

/** Gives the signed note as a file, and remembers that it was given. */
export function saveCheckpoint(
  { note, size }: components['schemas']['Checkpoint'],
  identity: LogIdentity,
): void {
  const address = URL.createObjectURL(new Blob([note], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `checkpoint-${size}.txt`;
  link.click();
  URL.revokeObjectURL(address);
  rememberKept(identity, size);
}
