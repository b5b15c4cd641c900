import type { ReactNode } from 'react';
import type { Bucket } from './timeline.ts';

/** Height of the drawing in its own units; the styles say how high it is on the page. */
const HEIGHT = 100;
/** The height of a bar that would otherwise vanish. */
const BAR_MIN = 4;
/** Share of its place that a bar fills. */
const FILL = 0.8;

interface BarsProps {
  readonly buckets: readonly Bucket[];
  readonly hovered: Bucket | undefined;
  readonly hover: (bucket: Bucket | undefined) => void;
  readonly choose: ((bucket: Bucket) => void) | undefined;
}

/** Bars for the eye: the same numbers are in a table. */
export function Bars({ buckets, hovered, hover, choose }: BarsProps): ReactNode {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  const height = (count: number): number => (count === 0 ? 0 : Math.max(BAR_MIN, (count / most) * HEIGHT));
  const gap = (1 - FILL) / 2;
  return (
    <svg
      className="at-bars"
      viewBox={`0 0 ${Math.max(1, buckets.length)} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerLeave={() => hover(undefined)}
    >
      {buckets.map((bucket, index) => {
        const all = height(bucket.count);
        const failed = Math.min(all, height(bucket.failed));
        return (
          // Bars are for the pointer; by keyboard the table leads to the same.
          // biome-ignore lint/a11y/noStaticElementInteractions: see above
          <g
            key={bucket.fromMs}
            data-hovered={bucket === hovered}
            onPointerEnter={() => hover(bucket)}
            onClick={choose === undefined || bucket.count === 0 ? undefined : () => choose(bucket)}
          >
            <rect className="at-bar-place" x={index} y={0} width={1} height={HEIGHT} />
            <rect className="at-bar-all" x={index + gap} y={HEIGHT - all} width={FILL} height={all} />
            <rect
              className="at-bar-failed"
              x={index + gap}
              y={HEIGHT - failed}
              width={FILL}
              height={failed}
            />
          </g>
        );
      })}
    </svg>
  );
}
