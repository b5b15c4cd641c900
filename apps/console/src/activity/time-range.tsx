import { useAttestry } from '@attestry/react';
import { Popover } from 'radix-ui';
import { type FormEvent, type ReactNode, useState } from 'react';
import { usePreferences } from '../app/preferences.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import type { EventFilter } from './activity-search.ts';
import { shortTime } from './short-time.ts';

const PRESETS = ['-15m', '-1h', '-24h', '-7d', '-30d'] as const;

type Range = Pick<EventFilter, 'from' | 'to' | 'time'>;

interface TimeRangeProps {
  readonly filter: EventFilter;
  readonly choose: (range: Range) => void;
}

/** Which time is looked at: a few usual ranges, or any two times. */
export function TimeRange({ filter, choose }: TimeRangeProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const label = useRangeLabel(filter);
  const take = (range: Range): void => {
    choose(range);
    setOpen(false);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="chip" data-active={filter.from !== undefined || filter.to !== undefined}>
        <Icon name="clock" size={13} />
        <span className="at-sr">{t.activity.ranges.label}: </span>
        {label}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="float w-[280px] p-1"
          aria-label={t.activity.ranges.label}
        >
          <ul>
            <Preset
              name={t.activity.ranges.all}
              isOn={filter.from === undefined && filter.to === undefined}
              choose={() => take({})}
            />
            {PRESETS.map((from) => (
              <Preset
                key={from}
                name={t.activity.ranges[from]}
                isOn={filter.from === from && filter.to === undefined}
                choose={() => take({ from })}
              />
            ))}
          </ul>
          <CustomRange filter={filter} choose={take} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function useRangeLabel({ from, to }: EventFilter): string {
  const { format } = useAttestry();
  if (from === undefined && to === undefined) return t.activity.ranges.all;
  const preset = PRESETS.find((name) => name === from);
  if (preset !== undefined && to === undefined) return t.activity.ranges[preset];
  const ms = (time: string | undefined): number => (time === undefined ? Number.NaN : Date.parse(time));
  const side = (time: string | undefined): string =>
    Number.isNaN(ms(time)) ? (time ?? '…') : shortTime(format, ms(time));
  const isSameDay =
    from !== undefined &&
    to !== undefined &&
    !Number.isNaN(ms(from) + ms(to)) &&
    format.dayKey(from) === format.dayKey(to);
  return `${side(from)} – ${isSameDay ? format.clock(to).seconds.slice(0, 5) : side(to)}`;
}

function Preset(props: {
  readonly name: string;
  readonly isOn: boolean;
  readonly choose: () => void;
}): ReactNode {
  return (
    <li>
      <button
        type="button"
        aria-pressed={props.isOn}
        onClick={props.choose}
        className="flex min-h-[30px] w-full items-center rounded-control px-3 text-left hover:bg-sunk"
      >
        {props.name}
        <span className="ml-auto text-accent">{props.isOn ? <Icon name="check" size={14} /> : null}</span>
      </button>
    </li>
  );
}

/** A time as an input for dates wants it, in the zone that the reader has chosen. */
function toInput(time: string | undefined, isUtc: boolean): string {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(ms)) return '';
  const offsetMs = isUtc ? 0 : new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}

function fromInput(value: string, isUtc: boolean): string | undefined {
  const ms = value === '' ? Number.NaN : Date.parse(isUtc ? `${value}Z` : value);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function CustomRange({ filter, choose }: TimeRangeProps): ReactNode {
  const isUtc = usePreferences().timeZone === 'UTC';
  const [from, setFrom] = useState(toInput(filter.from, isUtc));
  const [to, setTo] = useState(toInput(filter.to, isUtc));
  const [isRecorded, setRecorded] = useState(filter.time === 'recorded');
  const begin = fromInput(from, isUtc);
  const end = fromInput(to, isUtc);
  const isWrong = begin !== undefined && end !== undefined && begin >= end;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWrong) return;
    choose({
      ...(begin === undefined ? {} : { from: begin }),
      ...(end === undefined ? {} : { to: end }),
      ...(isRecorded ? { time: 'recorded' as const } : {}),
    });
  };
  return (
    <form onSubmit={submit} className="mt-1 grid gap-2 border-t border-line p-2">
      <TimeInput label={t.activity.from} value={from} set={setFrom} />
      <TimeInput label={t.activity.to} value={to} set={setTo} />
      <label className="flex items-center gap-2 text-muted">
        <input type="checkbox" checked={isRecorded} onChange={(event) => setRecorded(event.target.checked)} />
        {t.activity.ranges.clock} {t.activity.ranges.recorded}
      </label>
      {isWrong ? (
        <p role="alert" className="text-red">
          {t.activity.ranges.wrong}
        </p>
      ) : null}
      <button type="submit" className="button" disabled={isWrong}>
        {t.activity.ranges.apply}
      </button>
    </form>
  );
}

function TimeInput(props: {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
}): ReactNode {
  return (
    <label className="grid grid-cols-[48px_1fr] items-center gap-2">
      {props.label}
      <input
        type="datetime-local"
        step="1"
        className="field"
        value={props.value}
        onChange={(event) => props.set(event.target.value)}
      />
    </label>
  );
}
