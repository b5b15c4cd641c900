import { type ReactNode, useState } from 'react';
import { Bidi } from './bidi.tsx';
import { useAttestry } from './context.tsx';

/** Characters shown at first: a screenful. */
const SHOWN_CHARS = 600;

/** A text of any length: its beginning, and all of it when asked for. */
export function LongText({
  text,
  className,
}: {
  readonly text: string;
  readonly className?: string;
}): ReactNode {
  const { words, format } = useAttestry();
  const [isOpen, setOpen] = useState(false);
  if (text.length <= SHOWN_CHARS) return <Bidi text={text} className={className ?? ''} />;
  return (
    <>
      <Bidi text={isOpen ? text : text.slice(0, SHOWN_CHARS)} className={className ?? ''} />{' '}
      {isOpen ? null : (
        <span className="at-faint">{words.detail.truncated(format.number(text.length - SHOWN_CHARS))} </span>
      )}
      <button type="button" className="at-link" onClick={() => setOpen(!isOpen)}>
        {isOpen ? words.detail.showLess : words.detail.showAll}
      </button>
    </>
  );
}
