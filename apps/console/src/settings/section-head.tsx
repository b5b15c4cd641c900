import type { ReactNode } from 'react';

interface SectionHeadProps {
  readonly title: string;
  readonly lead: string;
  readonly children?: ReactNode;
}

/** Title of a section, what it is for, and what can be done. */
export function SectionHead({ title, lead, children }: SectionHeadProps): ReactNode {
  return (
    <div className="flex flex-wrap items-start gap-3">
      <div className="min-w-[240px] flex-1">
        <h2 className="text-[15px] font-semibold">{title}</h2>
        <p className="mt-0.5 text-muted">{lead}</p>
      </div>
      {children}
    </div>
  );
}
