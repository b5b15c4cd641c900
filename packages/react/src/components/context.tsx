import {
  createContext,
  type ReactNode,
  useContext,
  useInsertionEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import { type AttestryApi, createApi } from '../api/api.ts';
import type { ApiProblem } from '../api/problem.ts';
import type { AskToken } from '../api/token-source.ts';
import type { EventView } from '../event/event-view.ts';
import { createFormat, type Format } from '../format/format.ts';
import type { EventProof, LogIdentity } from '../proof/event-proof.ts';
import { english } from '../words/english.ts';
import { type SomeWords, translated } from '../words/translate.ts';
import type { Words } from '../words/words.ts';

/** What is shown dark or light: as the page says by `color-scheme`, or always one of them. */
export type Theme = 'auto' | 'light' | 'dark';

/** What the components below need: whom to ask, in which words, in which time zone. */
export interface AttestryContext {
  readonly api: AttestryApi;
  readonly words: Words;
  readonly format: Format;
  /** The log whose signature counts in proofs; what the server names when absent. */
  readonly log: LogIdentity | undefined;
  readonly theme: Theme;
  /** Whether the page is alive in a browser: not while it is rendered on a server, nor at its first rendering there. */
  readonly isHydrated: boolean;
  readonly onError: ((problem: ApiProblem) => void) | undefined;
  readonly onProof: ((event: EventView, proof: EventProof) => void) | undefined;
}

const Context = createContext<AttestryContext | undefined>(undefined);

export interface AttestryProviderProps {
  /** Address of the server; that of the page when absent. */
  readonly url?: string;
  /** Asks your backend for a viewer token. Called again before it ends. */
  readonly token?: AskToken;
  /** A client of your own (`createApi`), instead of `url` and `token`. */
  readonly api?: AttestryApi;
  /** Name and key of the log, noted beforehand; without it proofs are checked with the key that the server names. */
  readonly log?: LogIdentity;
  /** Texts in place of the English ones. Keep the object: make it outside of the component. */
  readonly words?: SomeWords;
  /** BCP 47; the browser's own when absent. */
  readonly locale?: string;
  /** IANA name; the browser's own when absent. */
  readonly timeZone?: string;
  readonly theme?: Theme;
  /** Told of everything that goes wrong below. What a reader should know is shown as well. */
  readonly onError?: (problem: ApiProblem) => void;
  /** Told of every proof that was checked below, and of how it ended. */
  readonly onProof?: (event: EventView, proof: EventProof) => void;
  readonly children: ReactNode;
}

/** Stands around the components of this package; renders nothing itself. */
export function AttestryProvider(props: AttestryProviderProps): ReactNode {
  const { log, words, theme = 'auto', onError, onProof, children } = props;
  const isHydrated = useHydrated();
  const api = useApi(props);
  // Until the page is alive it shows what the server rendered, whose language and time zone are not the reader's.
  const locale = props.locale ?? (isHydrated ? undefined : 'en');
  const timeZone = props.timeZone ?? (isHydrated ? undefined : 'UTC');
  const format = useMemo(
    () =>
      createFormat({
        ...(locale === undefined ? {} : { locale }),
        ...(timeZone === undefined ? {} : { timeZone }),
      }),
    [locale, timeZone],
  );
  const allWords = useMemo(() => translated(english, words), [words]);
  const { origin, vkey } = log ?? {};
  const latest = useLatest({ onError, onProof });
  const value = useMemo(
    (): AttestryContext => ({
      api,
      words: allWords,
      format,
      log: origin === undefined || vkey === undefined ? undefined : { origin, vkey },
      theme,
      isHydrated,
      onError: (problem) => latest.current.onError?.(problem),
      onProof: (event, proof) => latest.current.onProof?.(event, proof),
    }),
    [api, allWords, format, origin, vkey, theme, isHydrated, latest],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** @throws {Error} outside of `AttestryProvider` */
export function useAttestry(): AttestryContext {
  const value = useContext(Context);
  if (value === undefined) throw new Error('Attestry components stand inside <AttestryProvider>');
  return value;
}

/** A value of the last rendering, for what happens later. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  // Before the effects of any component, which may need it.
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** One client for as long as the address is the same, however often `token` is made anew. */
function useApi({ api, url, token }: AttestryProviderProps): AttestryApi {
  const latest = useLatest(token);
  const hasToken = token !== undefined;
  const made = useMemo(
    () =>
      createApi({
        ...(url === undefined ? {} : { url }),
        ...(hasToken ? { token: () => latest.current?.() ?? '' } : {}),
      }),
    [url, hasToken, latest],
  );
  return api ?? made;
}

const never = (): (() => void) => () => undefined;

function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
