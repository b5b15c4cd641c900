import type { Format } from '@attestry/react';

/** A time to the minute: "21 Nov, 16:00", with its year when that is not this one. */
export function shortTime(format: Format, ms: number): string {
  const time = new Date(ms).toISOString();
  const isThisYear = new Date(ms).getFullYear() === new Date().getFullYear();
  return isThisYear
    ? format.shortMoment(time)
    : `${format.date(time)}, ${format.clock(time).seconds.slice(0, 5)}`;
}
