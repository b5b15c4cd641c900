import { QUERY_FIELDS, queryField } from '@attestry/core/query-language';
import { ApiProblem } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api } from '../api/api.ts';
import { t } from '../words/english.ts';
import { term } from './activity-search.ts';
import { type TermAtCaret, termAt } from './query-tokens.ts';

/** Something that may stand where the caret is. */
export interface Suggestion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly label: string;
  readonly hint: string;
  /** The search makes sense with it; the name of a field alone does not. */
  readonly isComplete: boolean;
}

const SHOWN_MAX = 10;
/** Times that people mean; any other can be written. */
const TIMES = ['15m', '1h', '24h', '7d', '30d'] as const;

interface SuggestedValue {
  readonly value: string;
  readonly count?: number;
}

async function suggestedValues(
  field: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly SuggestedValue[]> {
  try {
    const query = new URLSearchParams({ field, prefix, limit: String(SHOWN_MAX) });
    const response = await api.fetch(`/v1/suggest?${query}`, { signal });
    return ((await response.json()) as { values: readonly SuggestedValue[] }).values;
  } catch (error) {
    // A field that cannot be suggested is no reason to disturb who writes.
    if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) return [];
    throw error;
  }
}

/** What the server is asked for: values of a field, or the members of the metadata on the way to one. */
export function askedFor({
  field,
  prefix,
}: TermAtCaret): readonly [field: string, prefix: string] | undefined {
  if (field?.startsWith('metadata.') === true) return [field, prefix];
  if (field !== undefined) {
    const known = queryField(field);
    return known === undefined || known.kind === 'time' ? undefined : [field, prefix];
  }
  const path = prefix.split('.');
  return path[0] === 'metadata' && path.length > 1
    ? [path.slice(0, -1).join('.'), path.at(-1) ?? '']
    : undefined;
}

/** What may be meant by what is written at the caret: names of fields, then values of the field. */
export function useSuggestions(text: string, caret: number, isWanted: boolean): readonly Suggestion[] {
  // Deferred one by one: an object made here would be another one each time, and the page would never come to rest.
  const at = termAt(useDeferredValue(text), useDeferredValue(caret));
  const asked = askedFor(at);
  const values = useQuery({
    queryKey: ['suggest', ...(asked ?? [])],
    queryFn: ({ signal }) => suggestedValues(asked?.[0] ?? '', asked?.[1] ?? '', signal),
    enabled: isWanted && asked !== undefined,
    retry: false,
  });
  if (!isWanted) return [];
  return suggestionsFor(at, values.data ?? []).slice(0, SHOWN_MAX);
}

function suggestionsFor(at: TermAtCaret, values: readonly SuggestedValue[]): readonly Suggestion[] {
  const { from, to, field, prefix } = at;
  const place = { from, to };
  if (field === undefined && prefix.startsWith('metadata.')) {
    const path = prefix.split('.').slice(0, -1).join('.');
    return values.map(({ value }) => {
      const text = `${path}.${value}`;
      return { ...place, text, label: text, hint: t.search.fields.metadata, isComplete: false };
    });
  }
  if (field === undefined) {
    return QUERY_FIELDS.filter(({ name }) => name.startsWith(prefix.toLowerCase())).map(({ name, kind }) => {
      const written = kind === 'metadata' ? `${name}.` : `${name}:`;
      return { ...place, text: written, label: written, hint: t.search.fields[name], isComplete: false };
    });
  }
  const known: readonly SuggestedValue[] =
    queryField(field)?.kind === 'time'
      ? TIMES.filter((time) => time.startsWith(prefix)).map((value) => ({ value }))
      : values;
  return known
    .filter(({ value }) => value !== prefix)
    .map(({ value, count }) => ({
      ...place,
      text: term(field, value),
      label: value,
      hint: count === undefined ? '' : String(count),
      isComplete: true,
    }));
}

/** The text with a suggestion in it, and where the caret then stands. */
export function applySuggestion(
  text: string,
  suggestion: Suggestion,
): { readonly text: string; readonly caret: number } {
  const sign = text[suggestion.from] === '-' ? '-' : '';
  const inserted = `${sign}${suggestion.text}${suggestion.isComplete ? ' ' : ''}`;
  const before = text.slice(0, suggestion.from) + inserted;
  return { text: before + text.slice(suggestion.to).trimStart(), caret: before.length };
}
