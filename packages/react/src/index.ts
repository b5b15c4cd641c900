export { type ApiOptions, type AttestryApi, bodyOf, createApi } from './api/api.ts';
export type { components, paths } from './api/openapi.ts';
export { ApiProblem } from './api/problem.ts';
export { Bidi, visibleText } from './components/bidi.tsx';
export {
  type AttestryContext,
  AttestryProvider,
  type AttestryProviderProps,
  useAttestry,
} from './components/context.tsx';
export { EventChange, hasChange } from './components/event-change.tsx';
export { EventSummary, type LinkTarget, type LinkTo, Members } from './components/event-summary.tsx';
export { EventPills, OutcomeWord, SeverityMark } from './components/marks.tsx';
export { ProofSteps, ShieldIcon } from './components/proof-steps.tsx';
export { RawEvent } from './components/raw-event.tsx';
export { Sentence } from './components/sentence.tsx';
export { createFormat, type Format, type FormatOptions } from './format/format.ts';
export { checkEventProof, type EventProof, type ProofMaterial } from './proof/check-event-proof.ts';
export {
  actorOf,
  eventSentence,
  kindOf,
  outcomeOf,
  sentenceText,
  shortId,
  targetOf,
} from './sentence/event-sentence.ts';
export { english } from './words/english.ts';
export type { SentenceWords, Words } from './words/words.ts';
