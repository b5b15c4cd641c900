import { loadTimeline, type Timeline } from '../chart/timeline.ts';
import { useAttestry } from '../components/context.tsx';
import { type EventFilter, filterParameters } from '../event/event-filter.ts';
import { type Loaded, useLoaded } from './use-loaded.ts';

/** Counts the events of a filter over time; the old numbers stay until new ones are there. */
export function useTimeline(filter: EventFilter = {}): Loaded<Timeline> {
  const { api } = useAttestry();
  const parameters = filterParameters(filter);
  return useLoaded(parameters.toString(), (signal) => loadTimeline(api, parameters, signal), {
    keepsOld: true,
  });
}
