import type { ReactNode } from 'react';
export function IntegrityPage(): ReactNode {
  return null;
}
