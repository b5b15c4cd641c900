import { type ReactNode, useMemo } from 'react';
import type { EventView } from '../event/event-view.ts';
import { visibleText } from './bidi.tsx';

/** The event as JSON, names and values told apart; invisible characters are shown. */
export function RawEvent({ event }: { readonly event: EventView }): ReactNode {
  const pieces = useMemo(() => jsonPieces(JSON.stringify(event, undefined, 2)), [event]);
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <pre className="at-raw" tabIndex={0}>
      {pieces.map(({ kind, text }, index) => {
        const key = `${index}`;
        return kind === 'plain' ? (
          text
        ) : (
          <span key={key} className={`at-json-${kind}`}>
            {text}
          </span>
        );
      })}
    </pre>
  );
}

interface JsonPiece {
  readonly kind: 'name' | 'text' | 'word' | 'plain';
  readonly text: string;
}

/** Pieces at most: beyond it the rest is one plain piece, so that a record of 60 kB of tiny members stays quick. */
const PIECES_MAX = 4_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function jsonPieces(json: string): readonly JsonPiece[] {
  const pieces: JsonPiece[] = [];
  let at = 0;
  for (const match of json.matchAll(TOKEN)) {
    if (pieces.length >= PIECES_MAX) break;
    if (match.index > at) pieces.push({ kind: 'plain', text: json.slice(at, match.index) });
    const [whole, text, colon] = match;
    const kind = text === undefined ? 'word' : colon === undefined ? 'text' : 'name';
    pieces.push({ kind, text: visibleText(whole) });
    at = match.index + whole.length;
  }
  pieces.push({ kind: 'plain', text: visibleText(json.slice(at)) });
  return pieces;
}
