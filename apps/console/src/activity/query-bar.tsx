import type { QueryProblem } from '@attestry/core/query-language';
import {
  type ChangeEvent,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useShortcut } from '../app/shortcuts.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { queryTokens, toldProblems } from './query-tokens.ts';
import { applySuggestion, type Suggestion, useSuggestions } from './suggestions.ts';

interface QueryBarProps {
  readonly q: string | undefined;
  readonly search: (q: string | undefined) => void;
  /** Why the server refused the search although it can be read. */
  readonly refusal: string | undefined;
  readonly children: ReactNode;
}

/** The box in which people write what they look for, coloured as they write. */
export function QueryBar({ q, search, refusal, children }: QueryBarProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const box = useQueryBox(q, search, input);
  const [wrongPx, setWrongPx] = useState(0);
  const ids = { list: useId(), problem: useId() };
  useShortcut('/', () => input.current?.focus());
  const isOpen = box.isFocused && box.suggestions.length > 0;
  const [mistake] = box.problems;
  const problem = mistake?.message ?? (box.text === (q ?? '') ? refusal : undefined);
  return (
    <search className="relative mx-4 mt-3 min-[901px]:mx-6 min-[901px]:mt-4">
      <form
        onSubmit={box.submit}
        className={`flex min-h-[40px] items-center gap-1.5 rounded-box border bg-panel px-2.5 py-1 focus-within:border-accent ${
          problem === undefined ? 'border-line-strong' : 'border-red-line'
        }`}
      >
        <span className="text-faint">
          <Icon name="search" size={15} />
        </span>
        <div className="relative h-[30px] min-w-0 flex-1">
          <Highlight text={box.text} problems={box.problems} input={input} place={setWrongPx} />
          <input
            ref={input}
            type="text"
            role="combobox"
            aria-label={t.activity.search}
            aria-expanded={isOpen}
            aria-controls={ids.list}
            aria-autocomplete="list"
            aria-activedescendant={
              isOpen && box.chosen !== undefined ? `${ids.list}-${box.chosen}` : undefined
            }
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? undefined : ids.problem}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            placeholder={t.activity.placeholder}
            value={box.text}
            onChange={box.change}
            onKeyDown={box.key}
            onSelect={box.moveCaret}
            onFocus={() => box.setFocused(true)}
            onBlur={() => box.setFocused(false)}
            // Code is written in a font of its own, which an empty box need not load.
            className={`absolute inset-0 w-full bg-transparent leading-[30px] text-transparent caret-accent outline-none placeholder:truncate ${box.text === '' ? 'text-[13px]' : 'font-mono text-[12.5px]'}`}
          />
        </div>
        {box.text === '' ? (
          <kbd className="hidden min-[901px]:block">/</kbd>
        ) : (
          <ClearButton clear={box.clear} />
        )}
        {children}
      </form>
      {isOpen ? (
        <SuggestionList id={ids.list} suggestions={box.suggestions} chosen={box.chosen} take={box.take} />
      ) : null}
      {problem === undefined ? null : (
        <p
          id={ids.problem}
          role="alert"
          className="mt-1 text-[12.5px] text-red"
          // Under the mistake, as far as there is room to its right.
          style={{
            paddingInlineStart:
              mistake === undefined ? TEXT_PX : `min(${TEXT_PX + wrongPx}px, max(0px, 100% - 420px))`,
          }}
        >
          {problem}
        </p>
      )}
    </search>
  );
}

/** Where the text begins in the box. */
const TEXT_PX = 31;

interface QueryBox {
  readonly text: string;
  /** Mistakes that are worth saying now. */
  readonly problems: readonly QueryProblem[];
  readonly isFocused: boolean;
  readonly suggestions: readonly Suggestion[];
  readonly chosen: number | undefined;
  readonly setFocused: (isFocused: boolean) => void;
  readonly change: (event: ChangeEvent<HTMLInputElement>) => void;
  readonly moveCaret: () => void;
  readonly key: (event: KeyboardEvent<HTMLInputElement>) => void;
  readonly submit: (event: FormEvent) => void;
  readonly clear: () => void;
  readonly take: (suggestion: Suggestion) => void;
}

function useQueryBox(
  q: string | undefined,
  search: (q: string | undefined) => void,
  input: RefObject<HTMLInputElement | null>,
): QueryBox {
  const [text, setText] = useState(q ?? '');
  const [caret, setCaret] = useState(0);
  const [isFocused, setFocused] = useState(false);
  const [chosen, setChosen] = useState<number>();
  const [isSubmitted, setSubmitted] = useState(false);
  // The address may change under the box: back, a facet, a link.
  useEffect(() => setText(q ?? ''), [q]);
  const suggestions = useSuggestions(text, caret, isFocused && !isSubmitted);
  const problems = toldProblems(text, isFocused && !isSubmitted ? caret : undefined);
  const run = (value: string): void => {
    const [mistake] = toldProblems(value, undefined);
    setSubmitted(true);
    if (mistake === undefined) search(value.trim() === '' ? undefined : value.trim());
    else input.current?.setSelectionRange(mistake.from, mistake.to);
  };
  const take = (suggestion: Suggestion): void => {
    const applied = applySuggestion(text, suggestion);
    setText(applied.text);
    setSubmitted(false);
    setCaret(applied.caret);
    setChosen(undefined);
    requestAnimationFrame(() => input.current?.setSelectionRange(applied.caret, applied.caret));
    if (suggestion.isComplete) run(applied.text);
  };
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') input.current?.blur();
    else if (event.key === 'ArrowDown') setChosen(((chosen ?? -1) + 1) % Math.max(1, suggestions.length));
    else if (event.key === 'ArrowUp')
      setChosen(chosen === undefined || chosen === 0 ? undefined : chosen - 1);
    else if (
      (event.key === 'Enter' || event.key === 'Tab') &&
      chosen !== undefined &&
      suggestions[chosen] !== undefined
    )
      take(suggestions[chosen]);
    else return;
    event.preventDefault();
  };
  return {
    text,
    problems,
    isFocused,
    suggestions,
    chosen,
    setFocused,
    key,
    take,
    change: (event) => {
      setText(event.target.value);
      setSubmitted(false);
      setCaret(event.target.selectionStart ?? event.target.value.length);
      setChosen(undefined);
    },
    moveCaret: () => setCaret(input.current?.selectionStart ?? 0),
    submit: (event) => {
      event.preventDefault();
      run(text);
    },
    clear: () => {
      setText('');
      search(undefined);
      input.current?.focus();
    },
  };
}

function ClearButton({ clear }: { readonly clear: () => void }): ReactNode {
  return (
    <button
      type="button"
      onClick={clear}
      aria-label={t.activity.clear}
      className="grid size-7 place-items-center rounded-control text-faint hover:bg-sunk"
    >
      <Icon name="close" size={14} />
    </button>
  );
}

interface HighlightProps {
  readonly text: string;
  readonly problems: readonly QueryProblem[];
  readonly input: RefObject<HTMLInputElement | null>;
  /** Told where the first mistake stands, in pixels from where the text begins. */
  readonly place: (px: number) => void;
}

/** The text again, coloured, under the input, whose own text is transparent. */
function Highlight({ text, problems, input, place }: HighlightProps): ReactNode {
  const layer = useRef<HTMLDivElement>(null);
  const wrongFrom = problems[0]?.from;
  // Asking where something stands makes the browser lay the page out: only when it may stand elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked for depends on the text and the mistake in it, as drawn above
  useLayoutEffect(() => {
    const box = input.current;
    const follow = (): void => {
      if (layer.current === null || box === null) return;
      layer.current.scrollLeft = box.scrollLeft;
      const wrong = layer.current.querySelector<HTMLElement>('[data-wrong]');
      place(Math.max(0, (wrong?.offsetLeft ?? 0) - box.scrollLeft));
    };
    follow();
    box?.addEventListener('scroll', follow);
    return () => box?.removeEventListener('scroll', follow);
  }, [text, wrongFrom, input, place]);
  return (
    <div
      ref={layer}
      aria-hidden="true"
      className="absolute inset-0 overflow-hidden font-mono text-[12.5px] leading-[30px] whitespace-pre"
    >
      {queryTokens(text, problems).map(({ kind, text: piece, isNegated, isWrong, at }) => (
        <span key={at} data-wrong={isWrong || undefined} className={tokenClass(kind, isNegated, isWrong)}>
          {piece}
        </span>
      ))}
    </div>
  );
}

function tokenClass(kind: 'rest' | 'field' | 'phrase', isNegated: boolean, isWrong: boolean): string {
  const colour =
    kind === 'rest' ? '' : isNegated ? 'text-red' : kind === 'field' ? 'text-blue' : 'text-accent';
  return isWrong ? `${colour} underline decoration-red decoration-wavy underline-offset-4` : colour;
}

interface SuggestionListProps {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly chosen: number | undefined;
  readonly take: (suggestion: Suggestion) => void;
}

function SuggestionList({ id, suggestions, chosen, take }: SuggestionListProps): ReactNode {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t.search.suggestions}
      className="float absolute inset-x-0 top-full mt-1 max-h-[340px] overflow-y-auto p-1"
    >
      {suggestions.map((suggestion, index) => (
        // Keys are handled by the combobox that owns this list.
        <div
          key={suggestion.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          // Before the input loses the focus, and with it this list.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(suggestion)}
          className="flex min-h-[30px] cursor-pointer items-center gap-3 rounded-control px-2.5 hover:bg-sunk aria-selected:bg-sunk"
        >
          <bdi className="truncate font-mono text-[12.5px]">{suggestion.label}</bdi>
          <span className="ml-auto truncate text-faint">{suggestion.hint}</span>
        </div>
      ))}
    </div>
  );
}
