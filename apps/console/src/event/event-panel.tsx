import type { EventView } from '@attestry/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { Icon, type IconName } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { EventDetail } from './event-detail.tsx';

interface EventPanelProps {
  readonly id: string;
  readonly tab: string | undefined;
  /** The event as the list has it, shown until it is read whole. */
  readonly known: EventView | undefined;
  readonly close: () => void;
  readonly setTab: (tab: string) => void;
  readonly step: (by: 1 | -1) => void;
}

/** An event beside the list; on a phone in its place. */
export function EventPanel({ id, tab, known, close, setTab, step }: EventPanelProps): ReactNode {
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the id is not read but says when: another event in the same panel begins at its top
  useEffect(() => {
    // Newer browsers answer with a promise, which an effect must not return.
    void panel.current?.querySelector('[data-scroll]')?.scrollTo(0, 0);
  }, [id]);
  return (
    <aside
      ref={panel}
      aria-label={t.event.label}
      className="flex min-h-0 min-w-0 flex-col border-l border-line bg-panel max-[900px]:border-l-0"
    >
      <div className="flex items-center gap-0.5 px-4 pt-3 min-[901px]:px-5">
        <PanelButton icon="close" label={t.event.close} onClick={close} />
        <PanelButton icon="left" label={t.event.previous} onClick={() => step(-1)} turned />
        <PanelButton icon="right" label={t.event.next} onClick={() => step(1)} turned />
        <span className="flex-1" />
        <Link
          to="/events/$id"
          params={{ id }}
          search={{}}
          aria-label={t.event.open}
          title={t.event.open}
          className="grid size-7 place-items-center rounded-control text-muted hover:bg-sunk"
        >
          <Icon name="expand" size={15} />
        </Link>
      </div>
      <EventDetail id={id} tab={tab} known={known} setTab={setTab} />
    </aside>
  );
}

interface PanelButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly turned?: boolean;
}

function PanelButton({ icon, label, onClick, turned = false }: PanelButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className={`grid size-7 place-items-center rounded-control text-muted hover:bg-sunk ${turned ? 'rotate-90' : ''}`}
    >
      <Icon name={icon} size={15} />
    </button>
  );
}
