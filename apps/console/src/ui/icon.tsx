import type { ReactNode } from 'react';

// Drawn for this console on a grid of 20, stroke 1.7.
const PATHS = {
  activity: 'M3 10h3l2.500-6 4 12 2-6H17',
  overview: 'M3.500 16.500v-6m4.500 6v-12m4.500 12v-8m4.500 8v-4',
  integrity: 'M10 2 17 5v5c0 4-3 7-7 8-4-1-7-4-7-8V5zM7 10l2 2 4-4',
  settings: 'M3 6h8m4 0h2M3 14h2m4 0h8M13 4v4M7 12v4',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zm4.500-1.500L17.500 17.500',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm0-11v4l2.500 2',
  close: 'm5 5 10 10M15 5 5 15',
  down: 'm6 8 4 4 4-4',
  left: 'm12 5-5 5 5 5',
  right: 'm8 5 5 5-5 5',
  download: 'M10 3v9m-4-4 4 4 4-4M4 16.500h12',
  link: 'M8.500 11.500a3 3 0 0 0 4.200 0l2.500-2.500a3 3 0 0 0-4.200-4.200L10 5.800m1.500 2.700a3 3 0 0 0-4.200 0l-2.500 2.500A3 3 0 0 0 9 15.200l1-1',
  copy: 'M7 7V4h9v9h-3M4 7h9v9H4z',
  check: 'm4 10.500 4 4 8-9',
  user: 'M10 10a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zm-6.500 7a6.500 6.500 0 0 1 13 0',
  key: 'M12.500 11.500a4 4 0 1 0-4-4 4 4 0 0 0 .3 1.500L3 15v2.500h3v-2h2v-2h1.500l1.200-2.300a4 4 0 0 0 1.800.3z',
  columns: 'M3.500 4h13v12h-13zM8 4v12m4.500-12v12',
  expand: 'M11 4h5v5m0-5-6 6M9 16H4v-5m0 5 6-6',
  alert: 'M10 3 18 16.500H2zm0 5v4m0 2.200v.1',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  plus: 'M10 4v12M4 10h12',
  play: 'M6 4v12l9-6z',
  stop: 'M5.500 5.500h9v9h-9z',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm0-11v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100m9.200 9.200 1.100 1.100m0-11.400-1.100 1.100M5.400 14.600l-1.100 1.100',
  bookmark: 'M5.500 3.500h9v13L10 13l-4.500 3.500z',
  upload: 'M10 13V4m-4 4 4-4 4 4M4 16.500h12',
  spark: 'M10 3v4m0 6v4M3 10h4m6 0h4',
  session: 'M4 5h12M4 10h8M4 15h5',
  code: 'm7 6-4 4 4 4m6-8 4 4-4 4',
  signOut: 'M8 4H4v12h4m4-9 3 3-3 3m3-3H8',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside a word; never alone without a label on its button. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="flex-none"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
