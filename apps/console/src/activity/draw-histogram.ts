import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Bucket } from './timeline.ts';

interface DrawOptions {
  readonly buckets: readonly Bucket[];
  readonly height: number;
  readonly canBrush: boolean;
  readonly onHover: (bucket: Bucket | undefined) => void;
  readonly onChoose: (fromMs: number, toMs: number) => void;
}

/** The height of a bar that would otherwise vanish. */
const BAR_PX_MIN = 3;
/** Fewer pixels are a click that slipped, no range. */
const BRUSH_PX_MIN = 4;

/** The colour that a token has now, as canvases need it. */
function colour(of: Element, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  of.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Draws bars into an element that has a width. */
export function drawHistogram(parent: HTMLElement, options: DrawOptions): uPlot {
  const { buckets, height, canBrush, onHover, onChoose } = options;
  const first = buckets[0]?.fromMs ?? 0;
  const stepMs = (buckets[0]?.toMs ?? 1) - first;
  // The x axis counts bars, so that bars have one width whatever the calendar does.
  const xs = buckets.map((_bucket, index) => index);
  // A single event among thousands still shows: the numbers are in the caption and the table, not in the height.
  const least = (Math.max(...buckets.map(({ count }) => count)) * BAR_PX_MIN) / height;
  const visible = (count: number): number | null => (count === 0 ? null : Math.max(count, least));
  const counts = buckets.map(({ count }) => visible(count));
  const failed = buckets.map((bucket) => visible(bucket.failed));
  const bars = uPlot.paths.bars?.({ size: [0.82, 40], radius: 0.12 });
  const series = (token: string): uPlot.Series => ({
    fill: colour(parent, token),
    stroke: 'transparent',
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  });
  const choose = (plot: uPlot): void => {
    const { left, width } = plot.select;
    if (width < BRUSH_PX_MIN) return;
    const from = Math.max(0, Math.floor(plot.posToVal(left, 'x') + 0.5));
    const to = Math.min(buckets.length, Math.ceil(plot.posToVal(left + width, 'x') + 0.5));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (to > from) onChoose(first + from * stepMs, first + to * stepMs);
  };
  return new uPlot(
    {
      width: Math.max(1, parent.clientWidth),
      height,
      padding: [4, 0, 0, 0],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, range: [-0.5, Math.max(0.5, buckets.length - 0.5)] },
        y: { range: (_plot, _min, max) => [0, Math.max(1, max)] },
      },
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: canBrush, y: false, setScale: false },
      },
      series: [{}, series('--at-line-strong'), series('--at-red')],
      hooks: {
        setSelect: [choose],
        setCursor: [(plot) => onHover(plot.cursor.idx == null ? undefined : buckets[plot.cursor.idx])],
      },
    },
    [xs, counts, failed],
    parent,
  );
}
