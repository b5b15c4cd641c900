import { type ReactNode, useState } from 'react';
import { useAttestry } from '../components/context.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { Root } from '../components/root.tsx';
import type { EventFilter } from '../event/event-filter.ts';
import { useTimeline } from '../hooks/use-timeline.ts';
import { Bars } from './bars.tsx';
import type { Bucket, Timeline } from './timeline.ts';

const DAY_MS = 86_400_000;

export interface ActivityChartProps {
  /** Which events. */
  readonly filter?: EventFilter;
  /** Called with the time range of a bar that was pressed, as parameters of the interface. */
  readonly onSelect?: (range: { readonly from: string; readonly to: string }) => void;
  /** Name of the chart; "Events over time" when absent. */
  readonly label?: string;
}

/** Events over time as bars, those that failed or were denied in red, and as a table. */
export function ActivityChart({ filter = {}, onSelect, label }: ActivityChartProps): ReactNode {
  const { words } = useAttestry();
  const { data, error, retry } = useTimeline(filter);
  const name = label ?? words.chart.label;
  return (
    <Root as="figure" className="at-chart" label={name}>
      {data === undefined && error !== undefined ? (
        <ProblemNote problem={error} title={words.chart.failed} retry={retry} />
      ) : (
        <Chart timeline={data} name={name} onSelect={onSelect} />
      )}
    </Root>
  );
}

interface ChartProps {
  readonly timeline: Timeline | undefined;
  readonly name: string;
  readonly onSelect: ActivityChartProps['onSelect'] | undefined;
}

function Chart({ timeline, name, onSelect }: ChartProps): ReactNode {
  const { words, format } = useAttestry();
  const [hovered, setHovered] = useState<Bucket>();
  const buckets = timeline?.buckets ?? [];
  const iso = (ms: number): string => new Date(ms).toISOString();
  const choose =
    onSelect === undefined
      ? undefined
      : ({ fromMs, toMs }: Bucket): void => onSelect({ from: iso(fromMs), to: iso(toMs) });
  const [first, last] = [buckets[0], buckets.at(-1)];
  const isOfDays = first !== undefined && first.toMs - first.fromMs >= DAY_MS;
  const time = (ms: number): string => (isOfDays ? format.utcDate(iso(ms)) : format.shortMoment(iso(ms)));
  // A bar of days ends with its last day, and the newest one reaches beyond now, where nothing can be.
  const end = ({ fromMs, toMs }: Bucket): string =>
    time(Math.max(fromMs, Math.min(isOfDays ? toMs - 1 : toMs, Date.now())));
  return (
    <>
      <figcaption className="at-chart-head">
        <span className="at-strong">
          {timeline === undefined
            ? words.chart.loading
            : words.chart.count(timeline.total, format.number(timeline.total))}
        </span>
        <span className="at-chart-hover">
          {hovered === undefined
            ? null
            : `${time(hovered.fromMs)}: ${words.chart.count(hovered.count, format.number(hovered.count))}${
                hovered.failed === 0 ? '' : `, ${words.chart.failedCount(format.number(hovered.failed))}`
              }`}
        </span>
      </figcaption>
      <Bars buckets={buckets} hovered={hovered} hover={setHovered} choose={choose} />
      <p className="at-chart-times" aria-hidden="true">
        <span>{first === undefined ? ' ' : time(first.fromMs)}</span>
        <span>{last === undefined ? '' : end(last)}</span>
      </p>
      {buckets.length === 0 ? null : (
        <details className="at-disclosure">
          <summary>{words.chart.table}</summary>
          <ChartTable buckets={buckets} name={name} time={time} choose={choose} />
        </details>
      )}
    </>
  );
}

interface ChartTableProps {
  readonly buckets: readonly Bucket[];
  readonly name: string;
  readonly time: (ms: number) => string;
  readonly choose: ((bucket: Bucket) => void) | undefined;
}

function ChartTable({ buckets, name, time, choose }: ChartTableProps): ReactNode {
  const { words, format } = useAttestry();
  return (
    <table className="at-table">
      <caption className="at-sr">{name}</caption>
      <thead>
        <tr>
          <th scope="col">{words.chart.time}</th>
          <th scope="col">{words.chart.events}</th>
          <th scope="col">{words.chart.failures}</th>
        </tr>
      </thead>
      <tbody>
        {buckets
          .filter(({ count }) => count > 0)
          .map((bucket) => (
            <tr key={bucket.fromMs}>
              <th scope="row">
                {choose === undefined ? (
                  time(bucket.fromMs)
                ) : (
                  <button type="button" className="at-link" onClick={() => choose(bucket)}>
                    {time(bucket.fromMs)}
                  </button>
                )}
              </th>
              <td>{format.number(bucket.count)}</td>
              <td>{format.number(bucket.failed)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
