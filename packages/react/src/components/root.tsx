import { createContext, type ReactNode, useContext } from 'react';
import { useAttestry } from './context.tsx';

interface RootProps {
  readonly as?: 'section' | 'div' | 'article' | 'figure' | 'span';
  readonly className: string;
  readonly label?: string | undefined;
  readonly children: ReactNode;
}

/** The outermost element of a component: carries the tokens that its styles are made of. */
export function Root({ as: Tag = 'section', className, label, children }: RootProps): ReactNode {
  const { theme } = useAttestry();
  return (
    <Tag
      className={`at-root ${className}`}
      aria-label={label}
      data-at-theme={theme === 'auto' ? undefined : theme}
    >
      {children}
    </Tag>
  );
}

/** Level of the headings inside of a component. */
const Level = createContext(3);
export type HeadingLevel = 1 | 2 | 3 | 4 | 5;

/** Says on which level what is inside has its headings. */
export const HeadingsBelow = Level.Provider;

/** A small heading, one level below that of the component. */
export function SmallHeading({
  className,
  children,
}: {
  readonly className: string;
  readonly children: ReactNode;
}): ReactNode {
  const Tag = `h${useContext(Level)}` as 'h3';
  return <Tag className={className}>{children}</Tag>;
}
