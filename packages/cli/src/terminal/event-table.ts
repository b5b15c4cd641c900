import type { EventView } from '../event-view.ts';
import { CELL_CHARS_MAX } from '../limits.ts';
import { type Column, renderTable, shorten } from './table.ts';
import type { Colours, Terminal } from './terminal.ts';

/** Colour of a severity or a status: what needs a look is red, what may need one yellow. */
function painter(colour: Colours, word: string | undefined): (text: string) => string {
  switch (word) {
    case 'critical':
      return (text) => colour.bold(colour.red(text));
    case 'high':
    case 'denied':
    case 'failure':
      return colour.red;
    case 'medium':
    case 'partial':
      return colour.yellow;
    case 'success':
      return colour.green;
    default:
      return colour.dim;
  }
}

/** `2026-11-21 04:05:06.123`, UTC: what logs are compared in. */
export function tableTime(timestamp: string): string {
  return timestamp.replace('T', ' ').replace('Z', '');
}

function columnsOf(
  terminal: Terminal,
  timeField: 'occurred_at' | 'recorded_at',
): readonly Column<EventView>[] {
  const { colour } = terminal;
  const cell = (text: string | undefined): string => shorten(text ?? '', CELL_CHARS_MAX);
  return [
    { title: 'SEQ', value: (event) => String(event.seq), align: 'right', dropOrder: 7, paint: colour.dim },
    {
      title: timeField === 'occurred_at' ? 'OCCURRED (UTC)' : 'RECORDED (UTC)',
      value: (event) => tableTime(event[timeField]),
      widthMin: 19,
      // Without milliseconds it is still a time; with an ellipsis it is none.
      shorten: (text, width) => text.slice(0, width),
    },
    {
      title: 'SEVERITY',
      value: (event) => event.severity ?? '',
      paint: (text, event) => painter(colour, event.severity)(text),
      dropOrder: 4,
    },
    { title: 'ACTOR', value: (event) => cell(event.actor?.name ?? event.actor?.id), widthMin: 8 },
    { title: 'TYPE', value: (event) => cell(event.type), widthMin: 14, paint: colour.cyan },
    {
      title: 'STATUS',
      value: (event) => event.action?.status ?? '',
      paint: (text, event) => painter(colour, event.action?.status)(text),
      dropOrder: 3,
    },
    { title: 'TARGET', value: (event) => cell(targetText(event)), widthMin: 12, dropOrder: 5 },
    { title: 'IP', value: (event) => cell(event.actor?.ip_address), dropOrder: 6 },
    { title: 'ID', value: (event) => event.id, dropOrder: 8, paint: colour.dim },
  ];
}

function targetText(event: EventView): string | undefined {
  const { target } = event;
  if (target === undefined) return undefined;
  return [target.type, target.name ?? target.id].filter((part) => part !== undefined).join(' ');
}

/** Events as lines of a table that fits the terminal. */
export function renderEvents(
  terminal: Terminal,
  events: readonly EventView[],
  timeField: 'occurred_at' | 'recorded_at' = 'occurred_at',
): string {
  return renderTable(events, columnsOf(terminal, timeField), {
    width: terminal.columns,
    paintTitle: terminal.colour.dim,
  });
}
