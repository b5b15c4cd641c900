/** Why a JSON text is refused. */
export type StrictJsonErrorCode =
  | 'syntax'
  | 'duplicate_member'
  | 'lone_surrogate'
  | 'unsafe_integer'
  | 'number_out_of_range'
  | 'prototype_key'
  | 'too_deep';

/** Thrown by `parseStrict`. */
export class StrictJsonError extends Error {
  readonly code: StrictJsonErrorCode;
  /** JSON pointer of the offending value, or of the innermost value that could still be made out. */
  readonly path: string;
  /** What is wrong there, in words. */
  readonly detail: string;
  /** Index into the text, in UTF-16 code units, 0-based. */
  readonly offset: number;

  constructor(code: StrictJsonErrorCode, path: string, detail: string, offset: number) {
    super(`${detail} at ${path === '' ? 'the top level' : path} (offset ${offset})`);
    this.name = 'StrictJsonError';
    this.code = code;
    this.path = path;
    this.detail = detail;
    this.offset = offset;
  }
}
