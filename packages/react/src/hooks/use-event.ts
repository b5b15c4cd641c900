import { useAttestry } from '../components/context.tsx';
import type { EventView } from '../event/event-view.ts';
import { type Loaded, useLoaded } from './use-loaded.ts';

/**
 * One event, with what the server found when it compared it with the log (`verification`).
 *
 * @param known the event as a list has it, shown until it is read whole
 */
export function useEvent(id: string, known?: EventView): Loaded<EventView> {
  const { api } = useAttestry();
  const loaded = useLoaded(id, async (signal): Promise<EventView> => {
    const response = await api.fetch(`/v1/events/${encodeURIComponent(id)}`, { signal });
    return (await response.json()) as EventView;
  });
  const isKnown = loaded.data === undefined && known?.id === id;
  return isKnown ? { ...loaded, data: known } : loaded;
}
