import type { ReactNode } from 'react';
export function ActorPage(): ReactNode {
  return null;
}
export function TargetPage(): ReactNode {
  return null;
}
