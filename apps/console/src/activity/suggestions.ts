import { ACTION_STATUSES, EVENT_CATALOGUE, EVENT_CATEGORIES, EVENT_SEVERITIES } from '@attestry/core';
import { ApiProblem } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api } from '../api/api.ts';
import { t } from '../words/english.ts';
import { term } from './activity-search.ts';
import { termAt } from './query-tokens.ts';

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
const FIXED: Readonly<Record<string, readonly string[]>> = {
  category: EVENT_CATEGORIES,
  severity: EVENT_SEVERITIES,
  status: ACTION_STATUSES,
};

interface SuggestedValue {
  readonly value: string;
  readonly label?: string;
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

/** What may be meant by what is written at the caret: names of fields, then values of the field. */
export function useSuggestions(text: string, caret: number, isWanted: boolean): readonly Suggestion[] {
  const at = useDeferredValue(termAt(text, caret));
  const { field, prefix } = at;
  const isAsked = isWanted && field !== undefined && FIXED[field] === undefined;
  const values = useQuery({
    queryKey: ['suggest', field, prefix],
    queryFn: ({ signal }) => suggestedValues(field ?? '', prefix, signal),
    enabled: isAsked,
    retry: false,
  });
  if (!isWanted) return [];
  const place = { from: at.from, to: at.to };
  if (field === undefined) {
    return Object.entries(t.search.fields)
      .filter(([name]) => name.startsWith(prefix))
      .slice(0, SHOWN_MAX)
      .map(([name, hint]) => ({ ...place, text: `${name}:`, label: `${name}:`, hint, isComplete: false }));
  }
  const fixed = (
    FIXED[field] ?? (field === 'type' && (values.data ?? []).length === 0 ? Object.keys(EVENT_CATALOGUE) : [])
  )
    .filter((value) => value.startsWith(prefix) && value !== prefix)
    .map((value): SuggestedValue => ({ value }));
  return [...(isAsked ? (values.data ?? []) : []), ...fixed]
    .slice(0, SHOWN_MAX)
    .map(({ value, label, count }) => ({
      ...place,
      text: term(field, value),
      label: label ?? value,
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
