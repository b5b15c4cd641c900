import { type Bucket, useAttestry } from '@attestry/react';
import { memo, type ReactNode } from 'react';
import { t } from '../words/english.ts';
import { shortTime } from './short-time.ts';
import { type BarRange, useBrush } from './use-brush.ts';

const DAY_MS = 86_400_000;
/** The height of a bar that would otherwise vanish, in hundredths of the whole. */
const BAR_MIN = 4;
/** Room above the highest bar, in hundredths of the whole. */
const HEADROOM = 6;

interface HistogramProps {
  /** `undefined` while they are counted. */
  readonly buckets: readonly Bucket[] | undefined;
  readonly height: number;
  readonly choose: (fromMs: number, toMs: number) => void;
}

/** Events over time as bars, failures in red; draw over them to choose a range. The same numbers are in a table. */
export function Histogram({ buckets = [], height, choose }: HistogramProps): ReactNode {
  const { format } = useAttestry();
  const first = buckets[0];
  const last = buckets.at(-1);
  const brush = useBrush(buckets.length, (range) => {
    const [from, to] = [buckets[range.first], buckets[range.last]];
    if (from !== undefined && to !== undefined) choose(from.fromMs, to.toMs);
  });
  const isOfDays = first !== undefined && first.toMs - first.fromMs >= DAY_MS;
  const time = (ms: number): string =>
    isOfDays ? format.utcDate(new Date(ms).toISOString()) : shortTime(format, ms);
  // A bar of days ends with its last day, and the newest one reaches beyond now, where nothing can be.
  const end = (ms: number): string =>
    time(Math.min(isOfDays ? ms - 1 : ms, Math.max(Date.now(), first?.fromMs ?? 0)));
  const shown = sumOf(buckets, brush.range ?? oneBar(brush.at));
  const said =
    shown === undefined
      ? undefined
      : t.activity.histogramAt(
          brush.range === undefined ? time(shown.fromMs) : `${time(shown.fromMs)} – ${end(shown.toMs)}`,
          t.activity.count(shown.count, format.number(shown.count)),
          shown.failed === 0 ? undefined : format.number(shown.failed),
        );
  return (
    <figure className="m-0" aria-label={t.activity.histogram}>
      {buckets.length === 0 ? (
        <div className="border-b border-line" style={{ height }} />
      ) : (
        <div
          role="slider"
          tabIndex={0}
          aria-label={t.activity.histogramBrush}
          aria-valuemin={0}
          aria-valuemax={buckets.length - 1}
          aria-valuenow={brush.at ?? 0}
          aria-valuetext={said ?? t.activity.histogramHint}
          title={t.activity.histogramHint}
          className="relative cursor-crosshair touch-pan-y border-b border-line select-none"
          style={{ height }}
          {...brush.handlers}
        >
          <Bars buckets={buckets} />
          <Marked bars={buckets.length} range={brush.range} at={brush.at} />
        </div>
      )}
      <figcaption
        className="flex justify-between pt-[3px] text-[11.5px] text-faint"
        style={{ minHeight: 20 }}
      >
        {said === undefined ? (
          <>
            <span>{first === undefined ? '' : time(first.fromMs)}</span>
            <span>
              {first === undefined || last === undefined ? '' : time((first.fromMs + last.toMs) / 2)}
            </span>
            <span>{last === undefined ? '' : end(last.toMs)}</span>
          </>
        ) : (
          <span className="mx-auto text-muted">{said}</span>
        )}
      </figcaption>
      <BucketTable buckets={buckets} />
    </figure>
  );
}

const oneBar = (at: number | undefined): BarRange | undefined =>
  at === undefined ? undefined : { first: at, last: at };

/** A range of bars as if it were one. */
function sumOf(buckets: readonly Bucket[], range: BarRange | undefined): Bucket | undefined {
  const chosen = range === undefined ? [] : buckets.slice(range.first, range.last + 1);
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    fromMs: first.fromMs,
    toMs: last.toMs,
    count: chosen.reduce((sum, { count }) => sum + count, 0),
    failed: chosen.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** The bars themselves, stretched to the width there is. Memoized: the pointer moves over them all the time. */
const Bars = memo(function Bars({ buckets }: { readonly buckets: readonly Bucket[] }): ReactNode {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  const tall = (count: number): number =>
    count === 0 ? 0 : Math.max(BAR_MIN, ((100 - HEADROOM) * count) / most);
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${buckets.length} 100`}
      preserveAspectRatio="none"
      className="absolute inset-0 size-full"
    >
      {buckets.map(({ fromMs, count, failed }, bar) => (
        <g key={fromMs}>
          <rect
            x={bar + 0.09}
            width={0.82}
            y={100 - tall(count)}
            height={tall(count)}
            className="fill-line-strong"
          />
          <rect
            x={bar + 0.09}
            width={0.82}
            y={100 - tall(failed)}
            height={tall(failed)}
            className="fill-red"
          />
        </g>
      ))}
    </svg>
  );
});

interface MarkedProps {
  readonly bars: number;
  readonly range: BarRange | undefined;
  readonly at: number | undefined;
}

/** The bar under the pointer, or the range that is being drawn. */
function Marked({ bars, range, at }: MarkedProps): ReactNode {
  const marked = range ?? oneBar(at);
  if (marked === undefined) return null;
  return (
    <span
      aria-hidden="true"
      className={`pointer-events-none absolute inset-y-0 ${range === undefined ? 'bg-text/6' : 'border-x border-accent bg-accent/15'}`}
      style={{
        left: `${(100 * marked.first) / bars}%`,
        width: `${(100 * (marked.last - marked.first + 1)) / bars}%`,
      }}
    />
  );
}

/** For whom bars are nothing to look at. Memoized like them. */
const BucketTable = memo(function BucketTable({
  buckets,
}: {
  readonly buckets: readonly Bucket[];
}): ReactNode {
  const { format } = useAttestry();
  return (
    <table className="at-sr">
      <caption>{t.activity.histogram}</caption>
      <thead>
        <tr>
          <th>{t.activity.from}</th>
          <th>{t.activity.all}</th>
          <th>{t.activity.failures}</th>
        </tr>
      </thead>
      <tbody>
        {buckets
          .filter(({ count }) => count > 0)
          .map(({ fromMs, toMs, count, failed }) => (
            <tr key={fromMs}>
              <td>
                {toMs - fromMs >= DAY_MS
                  ? format.utcDate(new Date(fromMs).toISOString())
                  : shortTime(format, fromMs)}
              </td>
              <td>{format.number(count)}</td>
              <td>{format.number(failed)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
});
