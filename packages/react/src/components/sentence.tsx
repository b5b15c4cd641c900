import { Fragment, type ReactNode } from 'react';
import type { EventView } from '../event/event-view.ts';
import { eventSentence } from '../sentence/event-sentence.ts';
import { Bidi } from './bidi.tsx';
import { useAttestry } from './context.tsx';

/** What an event says, with its verb and its thing marked. `withoutActor` where a column names the actor already. */
export function Sentence({
  event,
  withoutActor = false,
}: {
  readonly event: EventView;
  readonly withoutActor?: boolean;
}): ReactNode {
  const { words } = useAttestry();
  const parts = eventSentence(event, words.sentence);
  return (
    <>
      {parts.map((part, index) => {
        if (part.kind === 'actor') {
          return withoutActor ? null : (
            <Fragment key="actor">
              <Bidi text={part.text} className="at-actor" />{' '}
            </Fragment>
          );
        }
        // The parts of a sentence never change their places.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        return <Bidi key={index} text={part.text} className={`at-${part.kind}`} />;
      })}
    </>
  );
}
