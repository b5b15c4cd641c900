// Not through the entry of core: what checks proofs would come with it.
import { catalogueEntry, impliedStatus } from '@attestry/core/catalogue';
import type { ActionStatus, EventView } from '../event/event-view.ts';
import { TYPE_PHRASES } from '../words/type-phrases.ts';
import { infinitiveOf, isKnownVerb, type VerbForms, verbForms } from '../words/verb-forms.ts';
import type { SentencePart, SentenceWords } from '../words/words.ts';

/** What an event says of one of its parties, ready to be shown. */
export interface Party {
  /** Name, else e-mail address, else id; for somebody sealed or erased the words for that. */
  readonly label: string;
  /** Why there is no name: `sealed` from this reader, `erased` for everybody. */
  readonly hidden?: 'sealed' | 'erased';
}

/** The outcome of an event: said by it, or by the name of its type; never invented. */
export function outcomeOf(event: EventView): ActionStatus | undefined {
  return event.action?.status ?? impliedStatus(event.type);
}

const coversPath = (paths: readonly string[] | undefined, prefix: string): boolean =>
  paths?.some((path) => path === prefix || path.startsWith(`${prefix}/`)) ?? false;

/** Who did it. */
export function actorOf(event: EventView, words: SentenceWords): Party {
  const { actor } = event;
  const label = actor?.name ?? actor?.email ?? shortId(actor?.id);
  if (label !== undefined && label !== '') return { label };
  if (coversPath(event.redacted, '/actor')) return { label: words.sealedPerson, hidden: 'sealed' };
  if (event.erased !== undefined && event.erased.length > 0 && actor?.type !== 'service') {
    return { label: words.erasedPerson, hidden: 'erased' };
  }
  if (actor?.type === 'anonymous') return { label: actor.ip_address ?? words.anonymous };
  return { label: actor === undefined ? words.nobody : words.actorTypes[actor.type] };
}

/** The thing it was done to, or `undefined` when the event names none. */
export function targetOf(event: EventView, words: SentenceWords): Party | undefined {
  const { target } = event;
  if (target === undefined) return undefined;
  const label = target.name ?? shortId(target.id);
  if (label !== undefined && label !== '') return { label };
  if (coversPath(event.redacted, '/target')) return { label: words.sealedThing, hidden: 'sealed' };
  return undefined;
}

/** The last part of an identifier that is a path (`arn:aws:iam::1:user/ann`): what people call it. */
export function shortId(id: string | undefined): string | undefined {
  if (id?.startsWith('arn:') !== true) return id;
  const resource = id.split(':').slice(5).join(':');
  return resource.slice(resource.indexOf('/') + 1) || id;
}

/** A type of thing as people write it: `AWS::IAM::Role` is an IAM role, `api_key` an API key. */
export function kindOf(type: string): string {
  const words = type
    .split(/::|[._\s-]+/)
    .filter((part) => part !== 'AWS')
    .flatMap((part) => part.split(/(?<=[a-z])(?=[A-Z])/));
  return words
    .map((word) => (/^(api|iam|ip|url|id|sso|mfa)$/i.test(word) ? word.toUpperCase() : lowered(word)))
    .join(' ');
}

const lowered = (word: string): string => (/^[A-Z0-9]{2,}$/.test(word) ? word : word.toLowerCase());

/** The verb of a type and what follows it, as in `TYPE_PHRASES`. `kind` is that of the thing it was done to. */
function phraseOf(type: string, kind: string): string {
  if (catalogueEntry(type) !== undefined) return TYPE_PHRASES[type as keyof typeof TYPE_PHRASES];
  const segments = type.split('.');
  const last = (segments.at(-1) ?? type).split('_');
  const [first = '', ...rest] = last;
  if (isKnownVerb(first)) {
    if (rest.length === 0) return `${first} {t|${type}}`;
    const object = rest.join(' ');
    // "delete network interface" of a "network interface" is said once.
    return kind.toLowerCase().endsWith(object) ? `${first} {t}` : `${first} ${object}[ of {t}]`;
  }
  const infinitive = last.length === 1 ? infinitiveOf(first) : undefined;
  if (infinitive !== undefined) {
    const noun = kindOf(segments.slice(0, -1).join('.'));
    return `${infinitive} {t|${noun === '' ? type : noun}}`;
  }
  return `record ${type}[ {t}]`;
}

/**
 * What an event says, as a sentence in parts: "Alice Example" "was denied deleting" "document" "Annual report.pdf".
 * Built from actor, type, target and outcome alone; texts of the event stay texts.
 */
export function eventSentence(event: EventView, words: SentenceWords): readonly SentencePart[] {
  const described = words.describe?.(event);
  if (described !== undefined) return described;
  const target = targetOf(event, words);
  const kind = event.target === undefined ? '' : kindOf(event.target.type);
  const phrase = phraseOf(event.type, target === undefined ? '' : kind);
  // "sign in", "switch off": the particle belongs to the verb.
  const [, infinitive = phrase, particle = '', rest = ''] =
    /^(\S+?)( (?:in|out|on|off))?(?=[ [{]|$)(.*)$/s.exec(phrase) ?? [];
  const verb = withParticle(verbForms(infinitive), particle);
  const parts: SentencePart[] = [
    { kind: 'actor', text: actorOf(event, words).label },
    { kind: 'verb', text: words.outcome(verb, outcomeOf(event)) },
  ];
  const shown = rest
    .replace(/\[([^\]]*)\]/, (_whole, inner: string) => (target === undefined ? '' : inner))
    .replace(/\{t\|([^}]*)\}/, (_whole, instead: string) => (target === undefined ? instead : '{t}'));
  const [before = '', after] = shown.split('{t}');
  if (target === undefined || after === undefined) return withText(parts, shown);
  const isNamed = ` ${before.toLowerCase()} `.includes(` ${kind.toLowerCase()} `);
  withText(parts, `${before}${isNamed || kind === '' ? '' : `${kind} `}`);
  parts.push({ kind: 'target', text: target.label });
  return withText(parts, after);
}

function withParticle({ infinitive, gerund, past }: VerbForms, particle: string): VerbForms {
  return {
    infinitive: `${infinitive}${particle}`,
    gerund: `${gerund}${particle}`,
    past: `${past}${particle}`,
  };
}

function withText(parts: SentencePart[], text: string): SentencePart[] {
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

/** The sentence as one string. */
export function sentenceText(event: EventView, words: SentenceWords): string {
  const [actor, verb, ...rest] = eventSentence(event, words);
  return `${actor?.text ?? ''} ${verb?.text ?? ''}${rest.map(({ text }) => text).join('')}`.trim();
}
