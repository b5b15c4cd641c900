import { useAttestry } from '@attestry/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { t } from '../words/english.ts';
import type { Bucket } from './timeline.ts';

/** From here on the year matters more than the hour. */
const LONG_MS = 100 * 86_400_000;

interface HistogramProps {
  readonly buckets: readonly Bucket[] | undefined;
  readonly height: number;
  /** Called with the chosen range; without it the histogram cannot be brushed. */
  readonly choose?: ((fromMs: number, toMs: number) => void) | undefined;
}

/** Events over time as bars, failures in red; drag to choose a range. The same numbers are in a table. */
export function Histogram({ buckets, height, choose }: HistogramProps): ReactNode {
  const { format } = useAttestry();
  const element = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<Bucket>();
  useChart({ element, buckets, height, choose, setHovered });
  const first = buckets?.[0];
  const last = buckets?.at(-1);
  const middle = first === undefined || last === undefined ? undefined : (first.fromMs + last.toMs) / 2;
  const isLong = first !== undefined && last !== undefined && last.toMs - first.fromMs > LONG_MS;
  const time = (ms: number): string => {
    const text = new Date(ms).toISOString();
    return isLong ? format.date(text) : format.shortMoment(text);
  };
  return (
    <figure className="m-0" aria-label={t.activity.histogram}>
      <div ref={element} className="relative border-b border-line" style={{ height }} aria-hidden="true" />
      <figcaption
        className="flex justify-between pt-[3px] text-[11.5px] text-faint"
        style={{ minHeight: 20 }}
      >
        {hovered === undefined ? (
          <>
            <span>{first === undefined ? '' : time(first.fromMs)}</span>
            <span>{middle === undefined ? '' : time(middle)}</span>
            <span>{last === undefined ? '' : time(last.toMs)}</span>
          </>
        ) : (
          <span className="mx-auto text-muted">
            {time(hovered.fromMs)}:{' '}
            <strong>{t.activity.count(hovered.count, format.number(hovered.count))}</strong>
            {hovered.failed > 0
              ? `, ${format.number(hovered.failed)} ${t.activity.failures.toLowerCase()}`
              : ''}
          </span>
        )}
      </figcaption>
      <BucketTable buckets={buckets ?? []} />
    </figure>
  );
}

/** For whom bars are nothing to look at. */
function BucketTable({ buckets }: { readonly buckets: readonly Bucket[] }): ReactNode {
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
          .map(({ fromMs, count, failed }) => (
            <tr key={fromMs}>
              <td>{format.shortMoment(new Date(fromMs).toISOString())}</td>
              <td>{format.number(count)}</td>
              <td>{format.number(failed)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

interface ChartUse extends HistogramProps {
  readonly element: React.RefObject<HTMLDivElement | null>;
  readonly setHovered: (bucket: Bucket | undefined) => void;
}

/** Draws with uPlot, which is loaded when the page is there already. */
function useChart({ element, buckets, height, choose, setHovered }: ChartUse): void {
  const chosen = useRef(choose);
  useEffect(() => {
    chosen.current = choose;
  });
  useEffect(() => {
    const parent = element.current;
    if (parent === null || buckets === undefined || buckets.length === 0) return;
    let plot: uPlot | undefined;
    let isGone = false;
    const draw = async (): Promise<void> => {
      const { drawHistogram } = await import('./draw-histogram.ts');
      if (isGone) return;
      plot?.destroy();
      plot = drawHistogram(parent, {
        buckets,
        height,
        canBrush: chosen.current !== undefined,
        onHover: setHovered,
        onChoose: (from, to) => chosen.current?.(from, to),
      });
    };
    const redraw = (): void => void draw();
    const observer = new ResizeObserver(redraw);
    observer.observe(parent);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      isGone = true;
      observer.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', redraw);
      plot?.destroy();
    };
  }, [element, buckets, height, setHovered]);
}
