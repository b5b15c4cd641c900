import { useAttestry } from '@attestry/react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId, useRef, useState } from 'react';
import { queryClient } from '../api/api.ts';
import { useMe } from '../app/me.tsx';
import { Icon } from '../ui/icon.tsx';
import { Command } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { type Sent, sendEvents } from './send-events.ts';

/** Where `attestry` finds the server by itself. */
const USUAL_PORT = '8484';

/** What to do with a log that holds nothing but its own beginnings. */
export function FirstSteps({ refresh }: { readonly refresh: () => void }): ReactNode {
  const mayWrite = useMe().scopes.includes('events:write');
  const send = useSending(refresh);
  const server = location.port === USUAL_PORT ? '' : ` --url ${location.origin}`;
  const words = t.first;
  return (
    <section aria-labelledby="first-steps" className="border-t border-line px-4 py-6 min-[901px]:px-6">
      <h2 id="first-steps" className="text-[17px] font-semibold tracking-[-0.012em]">
        {words.title}
      </h2>
      <p className="mt-0.5 mb-5 text-muted">{words.lead}</p>
      <div className="grid gap-x-10 gap-y-6 min-[1000px]:grid-cols-3">
        {mayWrite ? (
          <Step title={words.sample} detail={words.sampleDetail}>
            <button
              type="button"
              className="button button-primary"
              disabled={send.isPending}
              onClick={send.sample}
            >
              <Icon name="spark" size={15} />
              {words.sampleRun}
            </button>
          </Step>
        ) : null}
        <Step title={words.importing} detail={words.importDetail}>
          {mayWrite ? <FileButton isBusy={send.isPending} take={send.files} /> : null}
          <Command text={`npx attestry import cloudtrail ./AWSLogs${server}`} />
        </Step>
        <Step title={words.own} detail={words.ownDetail}>
          <Command
            text={`curl ${location.origin}/v1/events -H "Authorization: Bearer $ATTESTRY_API_KEY" -H "Content-Type: application/json" -d '{"type":"user.login.success","actor":{"type":"user","id":"alice"}}'`}
          />
        </Step>
      </div>
      <Outcome {...send} show={refresh} />
    </section>
  );
}

interface StepProps {
  readonly title: string;
  readonly detail: string;
  readonly children: ReactNode;
}

function Step({ title, detail, children }: StepProps): ReactNode {
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start justify-items-start gap-2">
      <h3 className="font-semibold">{title}</h3>
      <p className="text-muted">{detail}</p>
      {children}
    </div>
  );
}

interface FileButtonProps {
  readonly isBusy: boolean;
  readonly take: (files: readonly File[]) => void;
}

function FileButton({ isBusy, take }: FileButtonProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <>
      <button type="button" className="button" disabled={isBusy} onClick={() => input.current?.click()}>
        <Icon name="upload" size={15} />
        {t.first.choose}
      </button>
      <label htmlFor={id} className="at-sr">
        {t.first.files}
      </label>
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        accept=".json,.ndjson,.jsonl,.gz"
        tabIndex={-1}
        className="at-sr"
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = '';
          if (files.length > 0) take(files);
        }}
      />
    </>
  );
}

interface Sending {
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly sent: Sent | undefined;
  readonly progress: { readonly done: number; readonly total: number };
  readonly sample: () => void;
  readonly files: (files: readonly File[]) => void;
}

/** Reads, sends, and shows what was recorded. What it needs is loaded when it is needed. */
function useSending(refresh: () => void): Sending {
  const [progress, setProgress] = useState({ done: 0, total: 0 });
  const work = useMutation({
    mutationFn: async (read: () => Promise<readonly object[]>): Promise<Sent> => {
      setProgress({ done: 0, total: 0 });
      const events = await read();
      return sendEvents(events, (done) => setProgress({ done, total: events.length }));
    },
    onSuccess: async ({ refused }) => {
      // These steps go away with the first event of one's own: not before it was read what was refused. Until then the
      // numbers above stay as the list is.
      await queryClient.invalidateQueries({ predicate: ({ queryKey: [first] }) => first !== 'stats' });
      if (refused === 0) refresh();
    },
  });
  return {
    isPending: work.isPending,
    error: work.error,
    sent: work.data,
    progress,
    sample: () =>
      work.mutate(async () => {
        const { sampleEvents } = await import('./sample-events.ts');
        return sampleEvents(Date.now(), Date.now().toString(36).slice(-5));
      }),
    files: (files) =>
      work.mutate(async () => {
        const { readEventFiles } = await import('./read-event-files.ts');
        return readEventFiles(files);
      }),
  };
}

interface OutcomeProps extends Sending {
  readonly show: () => void;
}

function Outcome({ isPending, error, sent, progress, show }: OutcomeProps): ReactNode {
  const { format } = useAttestry();
  if (isPending) {
    return (
      <div className="mt-5 grid max-w-[420px] gap-1.5" role="status">
        <progress
          className="progress"
          value={progress.done}
          max={Math.max(1, progress.total)}
          aria-label={t.first.recording}
        />
        <p className="text-[12.5px] text-muted">{t.first.recording}</p>
      </div>
    );
  }
  if (error !== null) {
    return (
      <p role="alert" className="mt-5 text-red">
        {error.message}
      </p>
    );
  }
  if (sent === undefined) return null;
  const { accepted, refused, reason = '' } = sent;
  return (
    <div className="mt-5 flex flex-wrap items-center gap-3">
      <p role={refused > 0 ? 'alert' : 'status'} className={refused > 0 ? 'text-red' : 'text-accent'}>
        {t.first.recorded(format.number(accepted))}
        {refused > 0 ? ` ${t.first.refused(format.number(refused), reason)}` : ''}
      </p>
      {accepted > 0 ? (
        <button type="button" className="button" onClick={show}>
          {t.first.show}
        </button>
      ) : null}
    </div>
  );
}
