/** Client for pages, with tokens that the page's own backend gets from the Attestry server. */
export { AttestryError, type AttestryErrorCode } from '../errors.ts';
export type { RedactionOptions } from '../redaction/redact.ts';
export { BrowserAttestry } from './browser-attestry.ts';
export type { BrowserOptions, BrowserStats } from './browser-options.ts';
export type { PageEvent, PageEventDefaults } from './page-event.ts';
export type { AskForToken } from './token-source.ts';
