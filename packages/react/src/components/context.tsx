import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { AttestryApi } from '../api/api.ts';
import { createFormat, type Format } from '../format/format.ts';
import { english } from '../words/english.ts';
import type { Words } from '../words/words.ts';

/** What the components below need: whom to ask, in which words, in which time zone. */
export interface AttestryContext {
  readonly api: AttestryApi;
  readonly words: Words;
  readonly format: Format;
}

const Context = createContext<AttestryContext | undefined>(undefined);

export interface AttestryProviderProps {
  readonly api: AttestryApi;
  readonly words?: Words;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly children: ReactNode;
}

/** Stands around the components of this package. */
export function AttestryProvider(props: AttestryProviderProps): ReactNode {
  const { api, words = english, locale, timeZone, children } = props;
  const format = useMemo(
    () =>
      createFormat({
        ...(locale === undefined ? {} : { locale }),
        ...(timeZone === undefined ? {} : { timeZone }),
      }),
    [locale, timeZone],
  );
  const value = useMemo(() => ({ api, words, format }), [api, words, format]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** @throws {Error} outside of `AttestryProvider` */
export function useAttestry(): AttestryContext {
  const value = useContext(Context);
  if (value === undefined) throw new Error('Attestry components stand inside <AttestryProvider>');
  return value;
}
