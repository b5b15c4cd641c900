export { type ApiOptions, type AttestryApi, bodyOf, createApi } from './api/api.ts';
export type { components, paths } from './api/openapi.ts';
export { ApiProblem, type ProblemPlace } from './api/problem.ts';
export type { AskToken, TokenAnswer } from './api/token-source.ts';
export { ActivityChart, type ActivityChartProps } from './chart/activity-chart.tsx';
export { type Bucket, loadTimeline, type Timeline } from './chart/timeline.ts';
export { Bidi, visibleText } from './components/bidi.tsx';
export {
  type AttestryContext,
  AttestryProvider,
  type AttestryProviderProps,
  type Theme,
  useAttestry,
} from './components/context.tsx';
export { EventChange, hasChange } from './components/event-change.tsx';
export { EventDetail, type EventDetailProps } from './components/event-detail.tsx';
export { EventSummary, type LinkTarget, type LinkTo, Members } from './components/event-summary.tsx';
export { EventPills, OutcomeWord, SeverityMark } from './components/marks.tsx';
export { ProofBadge, type ProofBadgeProps } from './components/proof-badge.tsx';
export { ProofPanel } from './components/proof-panel.tsx';
export { ProofSteps, ShieldIcon } from './components/proof-steps.tsx';
export { RawEvent } from './components/raw-event.tsx';
export type { HeadingLevel } from './components/root.tsx';
export { Sentence } from './components/sentence.tsx';
export { type EventFilter, filterParameters } from './event/event-filter.ts';
export type {
  ActionStatus,
  ActorType,
  EventCategory,
  EventSeverity,
  EventView,
} from './event/event-view.ts';
export { ActivityFeed, type ActivityFeedProps } from './feed/activity-feed.tsx';
export type { FeedFilter } from './feed/feed-choice.ts';
export { createFormat, type Format, type FormatOptions } from './format/format.ts';
export { useEvent } from './hooks/use-event.ts';
export { type EventPage, type Events, type EventsOptions, useEvents } from './hooks/use-events.ts';
export { type Live, type LiveOptions, useLive } from './hooks/use-live.ts';
export type { Loaded } from './hooks/use-loaded.ts';
export { type ProofState, useProof } from './hooks/use-proof.ts';
export { useTimeline } from './hooks/use-timeline.ts';
export type { LiveStatus } from './live/follow-events.ts';
export type { EventProof, LogIdentity, ProofStep } from './proof/event-proof.ts';
export { downloadProof, proofPath, proveEvent } from './proof/prove-event.ts';
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
export type { SomeWords } from './words/translate.ts';
export type { SentencePart, SentenceWords, Words } from './words/words.ts';
